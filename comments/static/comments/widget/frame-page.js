// In the page for frames: between its discussion and the one page around it that it is meant for.
"use strict";

(() => {
  const { origin } = document.currentScript.dataset;
  const isInFrame = window.parent !== window;
  const tell = (message) => window.parent.postMessage(message, origin);
  let element;

  // The discussion begins when the page around has said who reads, so that nobody sees what is another reader's.
  function begin(token) {
    document.body.style.margin = "0";
    element = document.importNode(document.querySelector("template").content.firstElementChild);
    if (token) element.setAttribute("token", token);
    document.body.append(element);
    if (!isInFrame) return;
    const measure = ([{ contentRect }]) => tell({ type: "marginalia:height", height: Math.ceil(contentRect.height) });
    new ResizeObserver(measure).observe(element);
  }

  function heard({ source, origin: from, data }) {
    if (source !== window.parent || from !== origin) return;
    const { type, token } = data ?? {};
    if (type === "marginalia:token" && typeof token === "string") {
      if (element) element.setAttribute("token", token);
      else begin(token);
    } else if (type === "marginalia:refresh") {
      element?.refresh?.().catch(() => {});
    } else if (type === "marginalia:logout") {
      element?.logout?.().catch(() => {});
    }
  }

  // A link leads the whole window on: other pages of ours may not be shown in a frame.
  function leave(event) {
    const link = event.composedPath().find((node) => node.localName === "a");
    if (link && !link.getAttribute("href")?.startsWith("#")) link.target = "_top";
  }

  function listen() {
    if (!isInFrame) {
      begin();
      return;
    }
    addEventListener("message", heard);
    document.addEventListener("click", leave, true);
    for (const name of ["ready", "posted", "count", "error"]) {
      document.addEventListener(`marginalia:${name}`, ({ detail }) => tell({ type: "marginalia:event", name, detail }));
    }
    tell({ type: "marginalia:hello" });
  }

  document.addEventListener("DOMContentLoaded", listen);
})();
