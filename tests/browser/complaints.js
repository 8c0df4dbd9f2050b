// What caniemail.com's data says of a mail: each feature that some client does not support, or only in part.
import { caniemail } from "caniemail";

// Thunderbird is left out: the data lacks features for it, and the library then fails.
const CLIENTS = ["gmail.*", "outlook.*", "apple-mail.*", "yahoo.*", "samsung-email.*"];

/** `none: @media`, sorted, each once. */
export function complaints(html) {
  const { issues } = caniemail({ clients: CLIENTS, html });
  const said = [issues.errors, issues.warnings].flatMap((clients) =>
    [...clients.values()].flatMap((list) => list.map((one) => `${one.support}: ${one.title}`)),
  );
  return [...new Set(said)].sort();
}
