// Who writes: a window for signing in at the comment host, or a token that the publisher's page brings.

const signInPath = (view, way) => `/api/v1/sites/${view.siteSlug}/sign-in/${way}`;

function signIn(view, link) {
  const state = randomId();
  const query = new URLSearchParams({ site: view.siteSlug, origin: location.origin, state });
  const popup = open(`${view.base}/embed/sign-in/?${query}`, "_blank", "width=480,height=640");
  // Where windows are forbidden, the link leads to the same page. "_top" because in a frame it could not be shown.
  if (!popup) return open(link.href, "_top");
  hearFrom(view, () => popup, async ({ type, code, state: answered }) => {
    if (type !== "marginalia:sign-in" || answered !== state) return;
    try {
      keepSession(view, await send(view, signInPath(view, "code"), { data: { code }, token: null }));
      await refreshReader(view);
      focusForm(view);
      announce(view, view.texts.signedIn);
    } catch (error) {
      notify(view, link, sentenceFor(view, error));
    }
  });
}

// Whom a token names, so that a page loaded again uses the session it has, and another reader of the device does not.
function subjectOf(jwt) {
  try {
    return JSON.parse(atob(jwt.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return "";
  }
}

async function useToken(view, jwt) {
  const subject = subjectOf(jwt);
  const known = session(view)?.subject;
  if (jwt ? subject && known === subject : !known) return;
  keepSession(view, null);
  if (!jwt) return;
  const answer = await send(view, signInPath(view, "sso"), { data: { token: jwt }, token: null });
  keepSession(view, { ...answer, subject });
}

async function signOut(view) {
  if (session(view)) await send(view, "/api/v1/sign-in", { method: "DELETE" }).catch(() => {});
  keepSession(view, null);
  keepGuest(view, null);
  keep("localStorage", place(view, "name"), null);
  if (view.section) await refreshReader(view);
}
