// Everything is in place: begin.
import { desk, hasWords, stage } from "./page.js";
import { setUpToast } from "./decisions.js";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { isWaiting, watchConnection } from "./outbox.js";
import { startPulse } from "./pulse.js";
import { watchSelection } from "./selection.js";
import { adoptFirstCard } from "./stage.js";

setUpToast();
watchKeys();
watchForms();
watchSelection();
watchConnection();
adoptFirstCard();
startPulse();
// The chosen queue (on a phone the queues are one line that scrolls sideways) and the chosen comment come into view.
desk.querySelector(".mg-queues__link[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
desk.querySelector(".mg-item[aria-current]")?.scrollIntoView({ block: "nearest" });
window.addEventListener("beforeunload", (event) => {
  if (isWaiting() || hasWords(stage)) event.preventDefault();
});
