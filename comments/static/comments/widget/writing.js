// The forms: drafts, counter, preview, replies in place, and errors that lose nothing.

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (value === "" || name === "csrfmiddlewaretoken") continue;
    const path = name.split(".");
    const last = path.pop();
    const target = path.reduce((owner, part) => (owner[part] ??= {}), fields);
    target[last] = form.elements[name].type === "checkbox" ? true : value;
  }
  return fields;
}

function prepareForm(view, form) {
  // The server's sentences say more than the browser's bubbles, in the language of the discussion.
  form.noValidate = true;
  const { body, name, email, remember } = form.elements;
  const known = kept("localStorage", place(view, "name"));
  if (remember && known) {
    remember.checked = true;
    name.value ||= known.name ?? "";
    email.value ||= known.email ?? "";
  }
  const draft = draftOf(view, form);
  if (draft && !body.value) {
    body.value = draft;
    find(form, "draft").hidden = false;
  }
  showSignedIn(view, form);
  count(view, form);
}

// Says nothing until the room runs out; aloud only at a few steps, and when it is too much.
function count(view, form, isTyping) {
  const counter = find(form, "counter");
  if (!counter) return;
  const left = Number(counter.dataset.mgLimit) - [...form.elements.body.value].length;
  counter.classList.toggle("mg-form__counter--over", left < 0);
  counter.textContent = left > 500 ? "" : left < 0 ? say(view.texts.over, { count: -left }) : plural(view, "left", left);
  const step = [100, 20, 0, -1].filter((limit) => left <= limit).length;
  if (isTyping && step > counter.step) announce(view, counter.textContent);
  counter.step = step;
}

function typed(view, event) {
  const form = event.target.form;
  if (event.target.name !== "body" || !form) return;
  count(view, form, true);
  if (form.dataset.mg === "form") keepDraft(view, form, event.target.value.trim() && event.target.value);
}

function discard(view, button) {
  const { form } = button;
  empty(view, form);
  form.elements.body.focus();
}

async function preview(view, button) {
  const { form } = button;
  clearErrors(form);
  const { body_html: html } = await send(view, "/api/v1/preview", { data: { body: form.elements.body.value } });
  const area = find(form, "preview-area");
  fill(area, html);
  area.hidden = false;
  focusOn(area);
}

function clearErrors(form) {
  find(form, "errors")?.replaceChildren();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.ariaInvalid = null;
  for (const error of form.querySelectorAll(".mg-field__error")) error.remove();
}

// Of a choice, the first. A comment that is gone is not answered any more: the text becomes one of its own.
function fieldFor(view, form, name) {
  const found = form.elements[name];
  const field = found instanceof RadioNodeList ? found[0] : found;
  if (name !== "parent") return field;
  field.value = "";
  keepDraft(view, form, form.elements.body.value);
}

function markField(field, message) {
  const id = `${field.id}_error`;
  field.ariaInvalid = "true";
  const described = field.getAttribute("aria-describedby") ?? "";
  if (!described.includes(id)) field.setAttribute("aria-describedby", `${id} ${described}`);
  (field.closest(".mg-check") ?? field).before(make("p", { id, className: "mg-field__error", textContent: message }));
}

function showErrors(view, form, error) {
  clearErrors(form);
  const { errors = [{ message: sentenceFor(view, error, true) }], detail } = error.problem ?? {};
  const list = make("ul");
  for (const { field: name, message } of errors) {
    const field = fieldFor(view, form, name);
    if (field) markField(field, message);
    list.append(make("li", {}, field ? make("a", { hook: "field", href: `#${field.id}`, textContent: message }) : message));
  }
  const box = make("div", { className: "mg-errors", role: "alert", tabIndex: -1 }, list);
  // Above other forms than that for comments, several sentences have the problem's own over them; one stands for itself.
  const title = form.dataset.mg === "form" ? view.texts.errors : errors[1] && detail;
  if (title) box.prepend(make("p", { className: "mg-errors__title", textContent: title }));
  let area = find(form, "errors");
  if (!area) form.prepend((area = make("div", { hook: "errors" })));
  area.hidden = false;
  area.replaceChildren(box);
  box.focus();
}

// The same text has the same key until it arrived, so that sending it again after a lost answer makes no second comment.
function keyFor(form, body) {
  if (form.sent?.body !== body) form.sent = { body, key: randomId() };
  return form.sent.key;
}

async function sendComment(view, form) {
  const { remember, body = "", ...data } = fieldsOf(form);
  const address = `/api/v1/sites/${view.siteSlug}/articles/${view.key}/comments`;
  const posted = await send(view, address, {
    data: { body, ...data, article_url: view.url, article_title: view.title },
    headers: { "Idempotency-Key": keyFor(form, body) },
  });
  if (form.elements.remember) {
    keep("localStorage", place(view, "name"), remember ? { name: data.name, email: data.email } : null);
  }
  empty(view, form);
  if (form.dataset.mgInline) form.remove();
  emit(view, "posted", { id: posted.id, status: posted.status });
  const isPublic = posted.status === "approved";
  if (isPublic) await showThread(view);
  await refreshReader(view).catch(() => {});
  reveal(view, posted.id);
  announce(view, isPublic ? view.texts.published : view.texts.waiting);
}

function empty(view, form) {
  form.sent = null;
  keepDraft(view, form);
  form.elements.body.value = "";
  for (const name of ["preview-area", "draft"]) find(form, name).hidden = true;
  count(view, form);
}

// A copy of the main form below the comment. Its ids get an ending, so that labels and errors point into it.
function reply(view, link) {
  const id = idOf(link);
  const article = byId(view, `comment-${id}`);
  const main = find(view.ground, "form");
  let form = find(article, "form");
  // Where nothing can be written here, the link leads to the page that says why.
  if (!form && !main) return location.assign(link.href);
  if (!form) {
    form = main.cloneNode(true);
    for (const node of [form, ...form.querySelectorAll("*")]) {
      for (const attribute of node.attributes) {
        if (/^id$|^for$|by$/.test(attribute.name)) attribute.value = attribute.value.replace(/\S+/g, `$&-${id}`);
      }
    }
    clearErrors(form);
    form.dataset.mgInline = "true";
    form.classList.add("mg-form--open");
    form.elements.parent.value = id;
    labelReply(view, form, article);
    article.append(form);
    prepareForm(view, form);
  }
  form.elements.body.focus();
  return form;
}

function labelReply(view, form, article) {
  const name = article.querySelector(".mg-comment__author").textContent.trim();
  form.ariaLabel = say(view.texts.replyTo, { name });
  form.querySelector(".mg-reply-to")?.remove();
  find(form, "errors").after(make("p", { className: "mg-form__foot" }, form.ariaLabel, plainButton("cancel", view.texts.cancel)));
}

function quote(view, link) {
  const body = commentOf(link).querySelector(".mg-comment__body");
  const lines = body.innerText.trim().replace(/^/gm, "> ").replace(/^> $/gm, ">");
  const field = reply(view, link)?.elements.body;
  if (!field) return;
  field.value += `${lines}\n\n`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function cancel(view, control) {
  const article = commentOf(control);
  control.closest("form").remove();
  find(article, "reply")?.focus();
}
