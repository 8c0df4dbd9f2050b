// What is run inside the document; `axe` is there.

/** The widest that it can be scrolled, the smallest letters, and all that can be read. */
export async function measure() {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame(); // what the page's script does about a new width is done
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let smallest = Infinity;
  while (walker.nextNode()) {
    const { data, parentElement: around } = walker.currentNode;
    const isShown = data.trim() && around.tagName !== "SCRIPT" && around.checkVisibility();
    if (isShown) smallest = Math.min(smallest, parseFloat(getComputedStyle(around).fontSize));
  }
  return { scroll_width: document.documentElement.scrollWidth, smallest_px: smallest, words: document.body.innerText };
}

/** Every rule of axe but that of colours. */
export async function structure(rules) {
  const { violations, incomplete } = await axe.run(document, {
    resultTypes: ["violations", "incomplete"],
    rules: { ...rules, "color-contrast": { enabled: false } },
  });
  return { violations: violations.map(axe.said), unsure: incomplete.map(axe.said) };
}

/** The contrast of all that is written, single characters and signs too, which axe else leaves to a person. */
export async function colours() {
  const id = "color-contrast";
  const usual = axe._audit.checks[id].options;
  axe.configure({ checks: [{ id, options: { ...usual, ignoreLength: true, ignoreUnicode: false } }] });
  const context = { include: document, exclude: ["svg"] }; // of pictures it says nothing; test_palette.py does
  const { violations, incomplete } = await axe.run(context, { resultTypes: ["violations", "incomplete"], runOnly: [id] });
  return { violations: violations.map(axe.said), unsure: incomplete.map(axe.said) };
}

/** A rule with three of the places where it is broken, for a person. */
export function said({ id, nodes }) {
  const places = nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary ?? ""}`);
  return { rule: id, nodes: places };
}
