// What a reader does with comments: their own, and those of others.

const commentPath = (node) => `/api/v1/comments/${idOf(node)}`;

const readReader = (view, data) => send(view, `/embed/v1/${view.siteSlug}/${view.key}/reader?lang=${view.lang}`, { data });

// A stranger has nothing to be asked for; but somebody who was known a moment ago has something to be taken away.
async function refreshReader(view) {
  if (view.isIntegrated || view.reader || tokenOf(view)) showReader(view, await readReader(view));
}

function showReader(view, reader) {
  view.reader = reader;
  view.votes = new Set(reader.votes);
  view.muted = new Set(reader.muted);
  for (const moved of view.ground.querySelectorAll("[data-mg=thread] [data-mg-status]")) moved.remove();
  fill(find(view.ground, "own"), reader.own_html);
  placeReplies(view);
  for (const form of findAll(view.ground, "form")) showSignedIn(view, form);
  tellAges(view);
  markReader(view, view.section);
}

// A reply stands below what it answers; what has no place in the part shown stays above the thread.
function placeReplies(view) {
  const own = find(view.ground, "own");
  for (const item of own.querySelectorAll("li[data-mg-parent]")) {
    const { mgParent: parent, mgComment: id } = item.dataset;
    const host = parent && !byId(view, `comment-${id}`) && byId(view, `comment-${parent}`)?.closest("li");
    if (host) repliesTo(host).append(item);
  }
  own.hidden = !own.querySelector("li");
}

function showSignedIn(view, form) {
  const { reader } = view;
  if (!reader) return;
  const { name, email, remember } = form.elements;
  const isKnown = reader.is_signed_in;
  // An account may have no name yet: then it is asked for one.
  const isNamed = isKnown && Boolean(reader.name);
  find(form, "account-name").textContent = reader.name;
  const parts = [
    [find(form, "account"), !isNamed],
    [find(form, "guest"), isNamed],
    [find(form, "stranger"), isKnown],
    [remember?.parentElement, isKnown],
    [email?.parentElement, isKnown],
  ];
  for (const [part, isHidden] of parts) {
    if (part) part.hidden = isHidden;
  }
  if (email) email.disabled = isKnown;
  if (!name) return;
  name.disabled = isNamed;
  if (!isNamed) name.value ||= reader.name;
}

function markReader(view, root) {
  if (!view.votes) return;
  for (const article of articles(root)) {
    const id = article.dataset.mgComment;
    find(article, "vote")?.setAttribute("aria-pressed", view.votes.has(id));
    const isMuted = view.muted.has(id);
    if (isMuted) article.dataset.mgMuted = view.texts.mutedComment;
    else delete article.dataset.mgMuted;
    const button = find(article, "mute");
    if (button) button.textContent = isMuted ? view.texts.unmute : view.texts.mute;
  }
}

function setVote(view, button, isVoted, votes) {
  button.ariaPressed = isVoted;
  find(button, "votes").textContent = votes > 0 ? numeral(view, votes) : "";
}

async function vote(view, button) {
  const wasVoted = button.ariaPressed === "true";
  const before = Number(find(button, "votes").textContent.replace(/\D/g, ""));
  setVote(view, button, !wasVoted, before + (wasVoted ? -1 : 1));
  try {
    const answer = await send(view, `${commentPath(button)}/votes`, { method: wasVoted ? "DELETE" : "POST" });
    setVote(view, button, answer.voted, answer.votes);
    view.votes?.[answer.voted ? "add" : "delete"](idOf(button));
    announce(view, answer.voted ? view.texts.voted : view.texts.unvoted);
  } catch (error) {
    setVote(view, button, wasVoted, before);
    throw error;
  }
}

async function mute(view, button) {
  const article = commentOf(button);
  const wasMuted = "mgMuted" in article.dataset;
  await send(view, `${commentPath(button)}/mutes`, { method: wasMuted ? "DELETE" : "POST" });
  await refreshReader(view);
  focusOn(article);
  announce(view, wasMuted ? view.texts.unmuted : view.texts.muted);
}

async function copy(view, link) {
  await navigator.clipboard.writeText(link.href);
  notify(view, link, view.texts.copied, "published");
}

async function report(view, link) {
  const dialog = find(view.ground, "dialog");
  const form = parse(await read(view, `/embed/v1/comments/${idOf(link)}/report.html?lang=${view.lang}`));
  // The dialog is named by its heading, which stays when the form is gone.
  const heading = form.querySelector("h2");
  heading.id = "mg-report";
  dialog.replaceChildren(plainButton("close", view.texts.close), heading, ...form.childNodes);
  dialog.setAttribute("aria-labelledby", heading.id);
  find(dialog, "tell").noValidate = true;
  dialog.showModal();
}

// A report, or an address to write to: the form names the place in the API, and is gone when it has been heard.
async function tell(view, form) {
  const { message, receipt_url: href } = await send(view, form.dataset.mgTo, { data: fieldsOf(form) });
  const said = make("p", { textContent: message });
  form.replaceWith(said, href ? make("a", { href, textContent: view.texts.receipt }) : "");
  focusOn(said);
}

// The form says which version it began with. What was decided meanwhile is told once; sent again, the text is meant.
async function revise(view, form) {
  const id = idOf(form);
  try {
    await send(view, commentPath(form), { method: "PATCH", data: fieldsOf(form) });
  } catch (error) {
    const now = error.problem?.comment ?? {};
    for (const name in now) form.elements[`expected_${name}`]?.setAttribute("value", now[name]);
    throw error;
  }
  await refreshReader(view);
  reveal(view, id);
  announce(view, view.texts.saved);
}

// What the bell lists, up to the moment it names, is not new any more.
async function seen(view, form) {
  showReader(view, await readReader(view, fieldsOf(form)));
  focusOn(view.section.querySelector("h2"));
}

async function withdraw(view, form) {
  const isPublic = byId(view, `comment-${idOf(form)}`);
  await send(view, commentPath(form), { method: "DELETE" });
  if (isPublic) await showThread(view);
  await refreshReader(view);
  focusOn(view.section.querySelector("h2"));
  announce(view, view.texts.withdrawn);
}
