// Before a page is printed: its title with its number, what it hides, what moves on the screen, what is too wide.
async ({name, title, anchors}) => {
  const heading = document.querySelector("article h1") ?? document.querySelector("h1");
  const number = title.match(/^[\d.]+ /);
  if (heading && number && !heading.textContent.startsWith(number[0])) heading.prepend(number[0]);
  document.querySelectorAll("#jb-print-docs-body").forEach((each) => each.remove());
  if (heading) heading.style.setProperty("display", "block", "important");
  document.querySelectorAll(".cell details.hide:not([open])").forEach((each) => each.remove());
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const moving of document.querySelectorAll(".explore, figure.picture")) {
    const word = document.createElement("p");
    word.className = "moves";
    word.textContent = `A still: on the page ${name}.html it moves.`;
    if (moving.matches("figure")) moving.append(word); else moving.after(word);
  }
  const ends = document.createElement("div");
  ends.id = "ends";
  for (const anchor of anchors.filter((each) => document.getElementById(each))) {
    const end = document.createElement("a");
    end.href = `#${encodeURIComponent(anchor)}`;
    end.textContent = ".";
    ends.append(end);
  }
  document.body.prepend(ends);
  await document.fonts.ready;
  for (const box of document.querySelectorAll("mjx-container[display='true'], div.math, table, .output, pre")) {
    if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.style.zoom = box.clientWidth / box.scrollWidth;
  }
}
