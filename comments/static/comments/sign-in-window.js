// The end of the sign-in window: hands the one-time code to the page that opened it. The browser delivers the message
// only if that page is of the origin the code was made for; a page of any other origin hears nothing.
"use strict";

(() => {
  const { mgCode: code, mgState: state, mgOrigin: origin } = document.currentScript.dataset;
  // Opened by hand, or the page is gone: the words on the page say what to do.
  if (!window.opener) return;
  window.opener.postMessage({ type: "marginalia:sign-in", code, state }, origin);
  window.close();
})();
