// What is on its way to the server: one after the other, in order, again and again until it has arrived.
import { desk, make, parse } from "./page.js";
import { button, say } from "./texts.js";

const PATIENCE = 20_000;
const DELAYS = [1_000, 2_000, 4_000, 8_000, 15_000];
const trouble = document.getElementById("trouble");
const jobs = [];
let isSending = false;
let isStuck = false;
let wake = () => {};

/** Send a form later, in order. `job` holds url, body and done(answer, status), and gets `isSent` when it leaves. */
export function send(job) {
  jobs.push(job);
  count();
  work();
}

/** Take a job back that has not left yet. Gives whether that was possible. */
export function recall(job) {
  const place = jobs.indexOf(job);
  if (place < 0 || job.isSent) return false;
  jobs.splice(place, 1);
  count();
  return true;
}

/** How many have not arrived, where styles and the sentence about the trouble can see it. */
function count() {
  if (jobs.length) desk.dataset.unsent = jobs.length;
  else delete desk.dataset.unsent;
  if (isStuck && jobs.length) showTrouble(isStuck);
  else endTrouble();
}

/** Whether something would be lost if the page were left now. What is on its way arrives without the page. */
export function isWaiting() {
  return jobs.length > 1 || (jobs.length === 1 && (isStuck || !jobs[0].isSent));
}

function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1];
}

function showTrouble(kind) {
  isStuck = kind;
  const words = make("p", "mg-message mg-message--error", make("span", "", say(kind, { n: jobs.length })));
  if (kind === "signedOut") {
    const link = make("a", "mg-button", say("signIn"));
    link.href = say("signInUrl");
    link.target = "_blank";
    words.append(link);
  }
  words.append(button("mg-button", say("retry"), () => wake()));
  trouble.replaceChildren(words);
}

function endTrouble() {
  isStuck = false;
  trouble.replaceChildren();
}

/** Wait for a moment, or until there is reason to believe that it works again. */
function pause(tries) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, DELAYS[Math.min(tries, DELAYS.length) - 1]);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function attempt(job) {
  const body = new URLSearchParams(job.body);
  const known = token();
  // Who has signed in anew meanwhile has another token than the form was made with.
  if (known) body.set("csrfmiddlewaretoken", known);
  job.isSent = true;
  let response;
  let text;
  try {
    response = await fetch(job.url, {
      method: "POST",
      body,
      headers: { "X-Desk": "card" },
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE),
    });
    text = await response.text();
  } catch {
    return "offline";
  }
  const answer = parse(text);
  const isOurs = answer.querySelector("#stage");
  if (response.status === 401 || (response.status === 403 && !isOurs)) return "signedOut";
  if (response.status >= 500 || response.status === 429) return "failed";
  isStuck = false;
  jobs.shift();
  job.done(answer, response.status, response);
  count();
  return "";
}

async function work() {
  if (isSending) return;
  isSending = true;
  while (jobs.length) {
    const job = jobs[0];
    const problem = await attempt(job);
    if (!problem) continue;
    job.tries = (job.tries ?? 0) + 1;
    job.isRepeated = true;
    showTrouble(problem);
    await pause(job.tries);
  }
  isSending = false;
}

export function watchConnection() {
  window.addEventListener("online", () => wake());
  document.addEventListener("visibilitychange", () => document.hidden || wake());
  window.addEventListener("focus", () => wake());
}
