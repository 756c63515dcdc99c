// Every request. Public ones are the same for everybody and carry nothing; personal ones a token, or on our own pages a cookie.

const TIMEOUT = 10_000;

class Refusal extends Error {
  constructor(response, problem) {
    super(problem.detail);
    this.status = response.status;
    this.problem = problem;
    this.retryAfter = Number(response.headers.get("Retry-After")) || 60;
  }
}

const patience = (view) => AbortSignal.any([view.signal, AbortSignal.timeout(TIMEOUT)]);

async function read(view, path, cache = "default") {
  const response = await fetch(view.base + path, { credentials: "omit", cache, signal: patience(view) });
  if (!response.ok) throw new Refusal(response, {});
  return response.text();
}

function readThread(view, parameters, cache) {
  const query = queryOf({ lang: view.lang, sort: view.sort, ...parameters });
  return read(view, `/embed/v1/${view.siteSlug}/${view.key}/thread.html?${query}`, cache);
}

// Whoever has no token yet gets one with the first answer: what follows waits for it, so that nobody becomes two readers.
let turn = Promise.resolve();

function send(view, ...request) {
  if (tokenOf(view)) return sendNow(view, ...request);
  const answer = turn.then(() => sendNow(view, ...request));
  turn = answer.catch(() => {});
  return answer;
}

async function sendNow(view, path, { method = "POST", data, headers = {}, token = tokenOf(view) } = {}) {
  const csrf = view.isIntegrated && view.ground.querySelector("[name=csrfmiddlewaretoken]")?.value;
  const response = await fetch(view.base + path, {
    method,
    credentials: view.isIntegrated ? "same-origin" : "omit",
    headers: {
      "Accept-Language": view.lang,
      ...(data && { "Content-Type": "application/json" }),
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(csrf && { "X-CSRFToken": csrf }),
      ...headers,
    },
    body: data && JSON.stringify(data),
    signal: patience(view),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401 && token) forgetToken(view);
  if (!response.ok) throw new Refusal(response, answer);
  if (answer.author_token && !view.isIntegrated) keepGuest(view, answer.author_token);
  return answer;
}

// Only a form holds a text of which something could be said.
function sentenceFor({ texts }, error, isForm) {
  if (!(error instanceof Refusal)) return isForm ? texts.offline : texts.failed;
  if (error.status === 401) return texts.signedOut;
  if (isForm && error.status === 429 && error.retryAfter < 120) return say(texts.tooFast, { seconds: error.retryAfter });
  return error.problem.detail ?? texts.failed;
}
