// The thread: times, folded replies, order, more, what is new, and the way to one comment.

const MINUTE = 60_000;
const SHOWN_REPLIES = 3;
const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

function age(view, moment) {
  const seconds = (new Date(moment) - Date.now()) / 1000;
  if (-seconds > 30 * 86_400) return "";
  view.relative ??= new Intl.RelativeTimeFormat(view.lang, { numeric: "auto" });
  const [unit, size] = UNITS.find(([, size]) => -seconds >= size) ?? ["second", Infinity];
  return view.relative.format(Math.round(seconds / size) || 0, unit);
}

// The absolute time stays as the title; after a month it says more than "5 weeks ago".
function tellAges(view, root = view.section) {
  for (const time of root.querySelectorAll("article time, p time")) {
    time.title ||= time.textContent;
    const text = age(view, time.dateTime) || time.title;
    if (time.textContent !== text) time.textContent = text;
  }
}

function foldReplies(view, list) {
  const rest = [...list.children].slice(SHOWN_REPLIES);
  if (!rest.length) return;
  const more = list.cloneNode(false);
  more.append(...rest);
  more.dataset.mg = "folded";
  list.after(plainButton("unfold", ""), more);
  setFolded(view, more, true);
}

// "until-found": the browser's own search still looks inside, and opens it.
function setFolded(view, list, isFolded) {
  const button = list.previousElementSibling;
  list.hidden = isFolded && "until-found";
  button.ariaExpanded = !isFolded;
  button.textContent = isFolded ? plural(view, "replies", articles(list).length) : view.texts.hideReplies;
}

function unfoldAround(view, node) {
  for (let list = node; (list = list.parentElement?.closest("[data-mg=folded]")); ) setFolded(view, list, false);
}

const unfoldAll = (view) => findAll(view.ground, "folded").forEach((list) => setFolded(view, list, false));

const OPEN_THREAD = '<ol class="mg-thread">';

// The HTML around the conversations, and each of them on its own: parsed at once, a long thread would hold up the page.
function cut(html) {
  const [before, list] = html.split(OPEN_THREAD);
  const items = [];
  let depth = 0;
  let start = 0;
  for (const { 0: tag, index } of list?.matchAll(/<li\b|<\/li>|<\/ol>/g) ?? []) {
    if (tag === "<li") depth += 1;
    else if (tag === "</li>") depth -= 1;
    else if (!depth) break;
    if (depth || tag === "<li") continue;
    items.push(list.slice(start, index + 5));
    start = index + 5;
  }
  return [list ? before + OPEN_THREAD + list.slice(start) : html, items];
}

const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

let until = 0;

// Lets the page have its turn when a slice of work has been long enough.
async function breathe() {
  if (performance.now() < until) return;
  await pause();
  until = performance.now() + 5;
}

// Conversations as HTML are put at the end of the thread; those that are there already are only made livelier.
async function enhanceThread(view, items) {
  for (let item of items) {
    await breathe();
    if (!item.tagName) {
      item = parse(item).firstElementChild;
      if (isShown(view, item)) continue;
      rootList(view).append(item);
    }
    tellAges(view, item);
    for (const list of item.querySelectorAll("article[data-mg-comment] + ol")) foldReplies(view, list);
    markReader(view, item);
  }
  placeReplies(view);
}

const thread = (view) => find(view.ground, "thread");
const rootList = (view) => thread(view)?.querySelector("ol");

function repliesTo(item) {
  let list = item.querySelector(":scope > ol");
  if (!list) item.append((list = make("ol", { className: "mg-thread mg-thread--replies" })));
  return list;
}

async function showThread(view, parameters) {
  const [rest, items] = cut(await readThread(view, { part: "thread", ...parameters }, "no-cache"));
  const fresh = find(parse(rest), "thread");
  const own = find(view.ground, "own");
  // One's own replies stand in the thread, but do not come with it.
  own?.querySelector("ol")?.append(...thread(view).querySelectorAll("[data-mg-status]"));
  thread(view).replaceChildren(...fresh.childNodes);
  view.known = view.polled = null;
  find(view.ground, "new").hidden = true;
  await enhanceThread(view, items);
}

async function whole(view) {
  await showThread(view);
  focusOn(articles(thread(view))[0]);
}

async function sort(view, link) {
  view.sort = link.dataset.mgSort;
  await whole(view);
  for (const one of findAll(view.ground, "sort")) one.ariaCurrent = one === link || null;
}

async function more(view, link) {
  const [rest, items] = cut(await readThread(view, { part: "thread", cursor: link.dataset.mgCursor }));
  const next = find(parse(rest), "more");
  const last = rootList(view).lastElementChild;
  if (next) link.replaceWith(next);
  else link.parentElement.remove();
  await enhanceThread(view, items);
  focusOn(last.nextElementSibling?.querySelector("article"));
}

const isShown = (view, item) => byId(view, articles(item)[0]?.id ?? "");

const isNewestFirst = (view) => !view.sort || view.sort === "newest";

// Looks for comments published since. In an order other than newest first the page shown says nothing of what is new,
// so the first look only remembers.
async function poll(view) {
  if (find(view.ground, "whole")) return;
  const html = await readThread(view, { part: "thread", sort: "newest" }, "no-cache");
  if (html === view.polled) return;
  view.polled = html;
  const fresh = make("ol", { className: "mg-thread" });
  for (const item of cut(html)[1]) {
    await breathe();
    fresh.append(parse(item).firstElementChild);
  }
  const isFirst = !view.known && !isNewestFirst(view);
  const known = (view.known ??= new Set());
  for (const root of isFirst ? [thread(view), fresh] : [thread(view)]) {
    for (const { id } of articles(root)) known.add(id);
  }
  const placed = new Set();
  view.arrived = [...articles(fresh)].filter(({ id, parentElement: item }) => {
    const above = item.parentElement.closest("li");
    const parent = above && articles(above)[0].id;
    // A reply to what is not shown has no place here, and is not spoken of.
    if (known.has(id) || (parent && !placed.has(parent) && !byId(view, parent))) return false;
    return placed.add(id);
  });
  const line = find(view.ground, "new");
  line.hidden = !view.arrived.length;
  line.firstElementChild.textContent = plural(view, "new", view.arrived.length);
}

// Each where it belongs: after the comment it follows in the fresh page, in the replies of its parent.
function insert(view, item) {
  const parent = item.parentElement.closest("li");
  const host = parent && byId(view, articles(parent)[0].id).closest("li");
  if (!rootList(view)) thread(view).replaceChildren(make("ol", { className: "mg-thread" }));
  const list = host ? repliesTo(host) : rootList(view);
  const before = item.previousElementSibling && isShown(view, item.previousElementSibling);
  if (before) before.closest("li").after(item);
  else if (host || isNewestFirst(view)) list.prepend(item);
  else list.append(item);
}

async function showNew(view) {
  const { arrived } = view;
  for (const article of arrived) {
    const item = article.closest("li");
    if (!isShown(view, item)) insert(view, item);
  }
  find(view.ground, "new").hidden = true;
  tellAges(view);
  markReader(view, view.section);
  setCount(view, view.count + arrived.length);
  view.polled = null;
  unfoldAround(view, arrived[0]);
  focusOn(arrived[0]);
  await refreshReader(view);
}

function setCount(view, count) {
  view.count = count;
  const word = count === 1 ? view.texts.countOne : view.texts.countMany;
  const shown = make("span", { className: "mg-discussion__count", textContent: numeral(view, count) });
  find(view.ground, "count")?.replaceChildren(shown, ` ${word}`);
  emit(view, "count", { count });
}

const wanted = () => /^#comment-([0-9a-z]{1,12})$/.exec(location.hash)?.[1];

function reveal(view, id) {
  const article = byId(view, `comment-${id}`) ?? byId(view, `own-${id}`);
  if (!article) return false;
  unfoldAround(view, article);
  view.ground.querySelector(".mg-comment--found")?.classList.remove("mg-comment--found");
  article.classList.add("mg-comment--found");
  focusOn(article);
  article.scrollIntoView({ block: "center", behavior: "instant" });
  return true;
}

async function followHash(view) {
  const id = wanted();
  if (!id || reveal(view, id)) return;
  await showThread(view, { comment: id });
  reveal(view, id);
}

function watch(view) {
  let isNear = false;
  observe(view, new IntersectionObserver((entries) => (isNear = entries.at(-1).isIntersecting)), view.section);
  const timer = setInterval(() => {
    tellAges(view);
    // A missed look is made up for by the next one.
    if (isNear && document.visibilityState === "visible") poll(view).catch(() => {});
  }, MINUTE);
  atEnd(view, () => clearInterval(timer));
}
