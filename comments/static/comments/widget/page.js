// What every other part uses: where the comments live, looking into the markup, making and filling elements.

const script = document.currentScript;
const scriptBase = script?.src ? script.src.replace(/\/embed\/v1[^/]*$/, "") : location.origin;

// The only sentences that cannot come with the discussion: those for when it does not come.
const sentences = {
  en: {
    failed: "The comments could not be loaded.",
    retry: "Try again",
    show: "Read the comments",
  },
  de: {
    failed: "Die Kommentare konnten nicht geladen werden.",
    retry: "Noch einmal versuchen",
    show: "Kommentare lesen",
  },
};

const find = (root, name) => root.querySelector(`[data-mg="${name}"]`);
const findAll = (root, name) => root.querySelectorAll(`[data-mg="${name}"]`);
const byId = (view, id) => view.ground.querySelector(`#${CSS.escape(id)}`);
const commentOf = (node) => node.closest("[data-mg-comment]");
const idOf = (node) => commentOf(node).dataset.mgComment;
const articles = (root) => root.querySelectorAll("article[data-mg-comment]");

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { hook, ...others } = properties;
  if (hook) element.dataset.mg = hook;
  Object.assign(element, others);
  element.append(...children);
  return element;
}

const plainButton = (hook, textContent) => make("button", { hook, textContent, type: "button", className: "mg-link" });

let policy;

// setHTML() drops what could run, also where the page demands Trusted Types; older browsers need the policy's name allowed.
function fill(element, html) {
  if (element.setHTML) {
    element.setHTML(html, { sanitizer: {} });
  } else {
    policy ??= self.trustedTypes?.createPolicy("marginalia", { createHTML: String });
    element.innerHTML = policy?.createHTML(html) ?? html;
  }
  return element;
}

const parse = (html) => fill(make("div"), html);

const say = (text, values) => text.replace(/\{(\w+)\}/g, (_match, name) => values[name]);

const numeral = (view, number) => number.toLocaleString(view.lang);

function plural(view, name, count) {
  return say(view.texts[name + (count === 1 ? "One" : "Many")], { count: numeral(view, count) });
}

function announce(view, sentence) {
  const live = find(view.ground, "live");
  live.textContent = "";
  // A region that is emptied and filled at once is no change to a screen reader.
  setTimeout(() => (live.textContent = sentence), 50);
}

// A sentence beside the control it is about; there is one such note at a time.
function notify(view, control, sentence, tone = "rejected") {
  find(view.ground, "note")?.remove();
  const note = make("p", { hook: "note", className: `mg-state mg-state--${tone}`, textContent: sentence });
  (commentOf(control) ?? control.closest("form") ?? control.parentElement).append(note);
  announce(view, sentence);
}

// For what is no control.
function focusOn(node) {
  if (!node) return;
  node.tabIndex = -1;
  node.focus();
}

const focusForm = (view) => find(view.ground, "form")?.elements.body.focus();

// Parameters of an address, without those that say nothing.
const queryOf = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value));

function emit(view, name, detail = {}) {
  const init = { bubbles: true, composed: true, detail: { site: view.siteSlug, article: view.key, ...detail } };
  view.element.dispatchEvent(new CustomEvent(`marginalia:${name}`, init));
}

function fail(view, error, message = error.message) {
  emit(view, "error", { message, status: error.status ?? 0 });
}

const originOf = (view) => new URL(view.base).origin;

// Any page can send messages: only this very window, while it shows a page of the comment host, is listened to.
function hearFrom(view, speaker, action) {
  const listen = ({ source, origin, data }) => {
    if (source === speaker() && origin === originOf(view)) action(data ?? {});
  };
  addEventListener("message", listen, { signal: view.signal });
}

const atEnd = (view, action) => view.signal.addEventListener("abort", action);

function observe(view, observer, node = view.element) {
  observer.observe(node);
  atEnd(view, () => observer.disconnect());
}

function whenNear(view, action) {
  const look = (entries, observer) => {
    if (!entries.at(-1).isIntersecting) return;
    observer.disconnect();
    action();
  };
  observe(view, new IntersectionObserver(look, { rootMargin: "600px" }));
}

function whenParsed(action) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", action, { once: true });
  else action();
}

const parsed = () => new Promise(whenParsed);

// 128 random bits. crypto.randomUUID() is missing on pages without HTTPS.
const randomId = () => crypto.getRandomValues(new Uint32Array(4)).join("-");
