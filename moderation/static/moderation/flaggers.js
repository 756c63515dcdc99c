// The choices of the check that the contents lead to unfold. Without this its "Change" does that.
function unfold() {
  const fold = document.querySelector(".mg-checking:target > .mg-checking__fold");
  if (fold) fold.open = true;
}

window.addEventListener("hashchange", unfold);
unfold();
