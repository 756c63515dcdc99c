// isolation="frame": the discussion in a page of the comment host, as high as what it holds.

const HEIGHT_LIMIT = 100_000;
const WORDS_LIMIT = 500;
const EVENTS = ["ready", "posted", "count", "error"];

function mountFrame(view) {
  const { url, title, lang, sort } = view;
  const query = queryOf({ url, title, lang, sort, theme: view.element.getAttribute("theme"), origin: location.origin });
  const frame = make("iframe", { title, allow: "clipboard-write" });
  frame.src = `${view.base}/embed/v1/${view.siteSlug}/${view.key}/frame/?${query}${location.hash}`;
  frame.style.cssText = "display:block;inline-size:100%;border:0";
  view.ground.replaceChildren(frame);
  // What the page in the frame may say: that it listens, how high it is, and what has happened in it.
  hearFrom(view, () => frame.contentWindow, ({ type, height, name, detail }) => {
    if (type === "marginalia:height" && Number.isFinite(height) && height >= 0 && height <= HEIGHT_LIMIT) {
      frame.style.blockSize = `${height}px`;
    } else if (type === "marginalia:event" && EVENTS.includes(name) && Object.values(detail ?? {}).every(isPlain)) {
      emit(view, name, detail);
    } else if (type === "marginalia:hello") {
      view.post = (what) => {
        const message = { type: `marginalia:${what}`, token: view.element.jwt ?? "" };
        frame.contentWindow.postMessage(message, originOf(view));
      };
      for (const what of ["token", ...view.untold.splice(0)]) view.post(what);
    }
  });
}

const isPlain = (value) => Number.isFinite(value) || (typeof value === "string" && value.length <= WORDS_LIMIT);

// What is said before the page in the frame listens, waits.
function tellFrame(view, what) {
  if (view.post) view.post(what);
  else view.untold.push(what);
}
