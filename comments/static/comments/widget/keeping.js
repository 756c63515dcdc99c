// What stays on the reader's device: tokens, drafts, and name and address where they asked for it.

const DRAFT_AGE = 7 * 86_400_000;

const place = (view, name) => `marginalia:${view.base}:${view.siteSlug}:${name}`;

const memory = {};

// Storage may be full or, above all in frames, forbidden: then things are kept as long as the page.
function keep(store, name, value) {
  memory[name] = value;
  try {
    self[store][value === null ? "removeItem" : "setItem"](name, JSON.stringify(value));
  } catch {
    // Kept above.
  }
}

function kept(store, name) {
  try {
    return JSON.parse(self[store].getItem(name));
  } catch {
    return memory[name];
  }
}

const guest = (view) => kept("localStorage", place(view, "guest"));
const session = (view) => kept("sessionStorage", place(view, "session"));
const tokenOf = (view) => (view.isIntegrated ? null : (session(view)?.token ?? guest(view)));
const keepGuest = (view, token) => keep("localStorage", place(view, "guest"), token);
const keepSession = (view, value) => keep("sessionStorage", place(view, "session"), value);

function forgetToken(view) {
  if (session(view)) keepSession(view, null);
  else keepGuest(view, null);
}

// All drafts are one value, so that each look at them also drops the old ones.
const drafts = () => (kept("localStorage", "marginalia:drafts") ?? []).filter(({ at }) => Date.now() - at < DRAFT_AGE);

const draftPlace = (view, form) => place(view, `${view.key}:${form.elements.parent.value}`);

const draftOf = (view, form) => drafts().find(({ name }) => name === draftPlace(view, form))?.body;

function keepDraft(view, form, body) {
  const name = draftPlace(view, form);
  const others = drafts().filter((draft) => draft.name !== name);
  keep("localStorage", "marginalia:drafts", body ? [...others, { name, body, at: Date.now() }] : others);
}
