// The elements, and the numbers beside links to articles.

const COUNTS_AT_ONCE = 100;
const actions = {
  reply, quote, cancel, vote, mute, copy, report, sort, more, whole, preview, discard,
  new: showNew,
  unfold: (view, button) => setFolded(view, button.nextElementSibling, button.ariaExpanded === "true"),
  field: (view, link) => byId(view, link.hash.slice(1)).focus(),
  close: (_view, button) => button.closest("dialog").close(),
  "sign-in": signIn,
  "sign-out": async (view) => {
    await signOut(view);
    focusForm(view);
  },
};
const submissions = { form: sendComment, revise, withdraw, seen, tell };

let styles;

function styleSheets() {
  if (!styles) {
    styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
  }
  return [styles];
}

const canonical = () => document.querySelector("link[rel=canonical]")?.href ?? location.href.split("#")[0];

// An article without a key of its own is known by the path of its page.
function keyOfPage() {
  return new URL(canonical()).pathname.replace(/[^\w.~:-]+/g, "-").replace(/^-+|-+$/g, "").slice(-200) || "home";
}

function createView(element) {
  const stopper = new AbortController();
  const attribute = (name) => element.getAttribute(name);
  const isIntegrated = element.hasAttribute("integrated");
  const lang = (attribute("lang") || element.closest("[lang]")?.lang || navigator.language).slice(0, 2).toLowerCase();
  return {
    element,
    isIntegrated,
    // What the discussion stands in.
    ground: isIntegrated ? element : (element.shadowRoot ?? element.attachShadow({ mode: "open" })),
    base: attribute("host") ?? scriptBase,
    siteSlug: attribute("site") || script?.dataset.site || "",
    key: attribute("article") || keyOfPage(),
    url: attribute("url") || canonical(),
    title: attribute("title") || document.title,
    lang: lang in sentences ? lang : "en",
    sort: attribute("sort"),
    isFramed: attribute("isolation") === "frame",
    untold: [],
    texts: {},
    signal: stopper.signal,
    stop: () => stopper.abort(),
  };
}

function listen(view) {
  const on = (target, type, action) => target.addEventListener(type, action, { signal: view.signal });
  const { ground } = view;
  on(ground, "click", (event) => clicked(view, event));
  on(ground, "input", (event) => typed(view, event));
  on(ground, "submit", (event) => {
    const form = event.target;
    const action = submissions[form.dataset.mg];
    if (!action || !view.section) return;
    event.preventDefault();
    clearErrors(form);
    attempt(view, form, action, (error) => {
      showErrors(view, form, error);
      fail(view, error, sentenceFor(view, error, true));
    });
  });
  on(ground, "keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  });
  on(ground, "beforematch", (event) => setFolded(view, event.target, false));
  on(window, "hashchange", () => followHash(view).catch(() => {}));
  on(window, "beforeprint", () => unfoldAll(view));
  on(document, "turbo:before-cache", () => tidy(view));
}

// Nothing twice at a time; what was typed stays until the server has it.
async function attempt(view, node, action, complain) {
  if (node.isBusy) return;
  node.isBusy = true;
  try {
    await action(view, node);
  } catch (error) {
    if (view.signal.aborted) return;
    complain(error);
    if (error.status === 401) await refreshReader(view).catch(() => {});
  } finally {
    node.isBusy = false;
  }
}

function clicked(view, event) {
  const control = event.target.closest("a,button");
  for (const menu of view.ground.querySelectorAll("details.mg-menu[open]")) {
    // What was chosen disappears, so the focus goes back to where it came from.
    if (menu.contains(control)) menu.firstElementChild.focus();
    if (control || !menu.contains(event.target)) menu.open = false;
  }
  if (!control || !view.section || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const name = control.dataset.mg ?? control.parentElement.dataset.mg;
  if (!Object.hasOwn(actions, name) || !isPossible(view, name, control)) return;
  event.preventDefault();
  attempt(view, control, actions[name], (error) => {
    if (name === "preview") showErrors(view, control.form, error);
    else notify(view, control, sentenceFor(view, error));
  });
}

// On our own pages signing in is an ordinary link; and what this browser lacks is left to the link as well.
function isPossible(view, name, control) {
  if (name.startsWith("sign-")) return !view.isIntegrated;
  if (name === "copy") return Boolean(navigator.clipboard);
  if (name === "cancel") return Boolean(control.form?.dataset.mgInline);
  return true;
}

// Turbo keeps a copy of the page: without what only this visit made of it.
function tidy(view) {
  for (const node of view.ground.querySelectorAll("[data-mg-inline], [data-mg=note], [data-mg=unfold]")) node.remove();
  for (const list of findAll(view.ground, "folded")) {
    list.previousElementSibling.append(...list.children);
    list.remove();
  }
  find(view.ground, "dialog")?.close();
}

async function enhance(view, items = rootList(view)?.children ?? []) {
  const section = find(view.ground, "discussion");
  view.section = section;
  view.texts = JSON.parse(section.dataset.mgTexts);
  view.siteSlug = section.dataset.mgSite || view.siteSlug;
  view.key = section.dataset.mgArticle || view.key;
  view.lang = section.lang || view.lang;
  view.count = Number(find(section, "count").dataset.mgCount);
  view.sort = section.querySelector("[data-mg=sort][aria-current]")?.dataset.mgSort ?? view.sort;
  for (const form of findAll(section, "form")) prepareForm(view, form);
  if (view.early) showReader(view, view.early);
  watch(view);
  await enhanceThread(view, items);
  followHash(view).catch(() => {});
  emit(view, "ready", { count: view.count });
  emit(view, "count", { count: view.count });
}

// Rubbish fails in enhance(). Both answers are waited for, so that one's own comments do not push down what is already being read; but not for long.
async function load(view) {
  try {
    const html = readThread(view, { comment: wanted() });
    const personal = personalise(view);
    const [rest, items] = cut(await html);
    const holder = parse(rest);
    await Promise.race([personal, pause(1_500)]);
    view.ground.replaceChildren(...holder.childNodes);
    await enhance(view, items);
  } catch (error) {
    if (view.signal.aborted) return;
    if (error.status === 404) showNothing(view);
    else showFailure(view, error);
  }
}

async function personalise(view) {
  try {
    await useToken(view, view.element.jwt);
    if (!tokenOf(view)) return;
    view.early = await readReader(view);
    if (view.section) showReader(view, view.early);
  } catch (error) {
    if (!view.signal.aborted) fail(view, error);
  }
}

function showLine(view, ...parts) {
  const line = make("p", { className: "mg-notice mg-form__foot" }, ...parts);
  view.ground.replaceChildren(make("section", { className: "mg-discussion", lang: view.lang }, line));
}

function button(view, text, action) {
  return make("button", { type: "button", className: "mg-button", textContent: text, onclick: () => action(view) });
}

// A hidden discussion. Without the styles no room is reserved either.
function showNothing(view) {
  view.ground.replaceChildren();
  view.ground.adoptedStyleSheets = [];
}

function showFailure(view, error) {
  const words = sentences[view.lang];
  const page = make("a", { href: `${view.base}/discussion/${view.siteSlug}/${view.key}/`, textContent: words.show });
  showLine(view, words.failed, " ", button(view, words.retry, load), " ", page);
  fail(view, error, words.failed);
}

function mount(view) {
  const { element, ground } = view;
  ground.adoptedStyleSheets = styleSheets();
  const included = find(element, "discussion");
  if (included && !wanted()) {
    ground.replaceChildren(...element.childNodes);
    enhance(view).then(() => personalise(view));
    return;
  }
  const begin = () => (view.isFramed ? mountFrame(view) : load(view));
  const way = element.getAttribute("load");
  if (wanted() || way === "eager") begin();
  else if (way === "click") showLine(view, button(view, sentences[view.lang].show, begin));
  else whenNear(view, begin);
}

// What both elements share: a view that begins when the element is in a page, and ends when it has left it.
class MarginaliaElement extends HTMLElement {
  connectedCallback() {
    whenParsed(() => this.isConnected && !this.view && this.begin());
  }

  // An element that is only moved is connected again in the same turn.
  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.end());
  }

  end() {
    this.view?.stop();
    this.view = null;
  }
}

class MarginaliaComments extends MarginaliaElement {
  static observedAttributes = ["site", "article", "host", "lang", "sort", "token"];

  begin() {
    const view = (this.view = createView(this));
    listen(view);
    if (!view.isIntegrated) mount(view);
    else if (find(this, "discussion")) enhance(view);
  }

  attributeChangedCallback(name, before, now) {
    if (name === "token") this.jwt = now;
    if (!this.view || this.view.isIntegrated || before === now) return;
    if (name === "token") {
      this.setToken(now).catch((error) => this.view && fail(this.view, error));
    } else {
      this.end();
      this.begin();
    }
  }

  // In a frame, all three are told to the page inside.
  async tell(what, action) {
    await parsed();
    const { view } = this;
    if (view?.isFramed) tellFrame(view, what);
    else if (view) await action(view);
  }

  refresh() {
    return this.tell("refresh", async (view) => {
      if (!view.section) return;
      await showThread(view);
      await refreshReader(view);
    });
  }

  setToken(jwt) {
    this.jwt = jwt;
    return this.tell("token", async (view) => {
      await useToken(view, jwt);
      if (view.section) await refreshReader(view);
    });
  }

  logout() {
    this.jwt = null;
    return this.tell("logout", (view) => view.isIntegrated || signOut(view));
  }
}

class MarginaliaComment extends MarginaliaElement {
  begin() {
    const view = (this.view = createView(this));
    view.ground.adoptedStyleSheets = styleSheets();
    whenNear(view, () => this.load(view));
  }

  async load(view) {
    try {
      const path = `/embed/v1/comments/${this.getAttribute("comment")}.html?lang=${view.lang}`;
      const holder = parse(await read(view, path));
      if (!holder.querySelector("article")) throw new Error();
      view.ground.replaceChildren(holder);
      tellAges(view, holder);
    } catch {
      // What the page put inside the element, a link as a rule, stays.
      view.ground.replaceChildren(make("slot"));
    }
  }
}

async function fillCounts() {
  const bySite = Map.groupBy(
    document.querySelectorAll("[data-marginalia-count]"),
    ({ dataset }) => dataset.marginaliaSite ?? script?.dataset.site,
  );
  for (const [site, places] of bySite) {
    for (let start = 0; start < places.length; start += COUNTS_AT_ONCE) {
      const part = places.slice(start, start + COUNTS_AT_ONCE);
      const query = new URLSearchParams([["site", site], ...part.map((place) => ["id", place.dataset.marginaliaCount])]);
      const response = await fetch(`${scriptBase}/api/v1/counts?${query}`, { credentials: "omit" });
      const { counts } = await response.json();
      for (const place of part) place.textContent = counts[place.dataset.marginaliaCount];
    }
  }
}

const showCounts = () => fillCounts().catch(() => {});

if (!customElements.get("marginalia-comments")) {
  customElements.define("marginalia-comments", MarginaliaComments);
  customElements.define("marginalia-comment", MarginaliaComment);
  whenParsed(showCounts);
  document.addEventListener("turbo:load", showCounts);
}
