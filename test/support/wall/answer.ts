/** What the wall says when all is well: sixty words, some of them with characters of two to four bytes. */
export const ANSWER =
  "A gateway earns its keep on the day when the provider behind it falls over: it notices the silence, counts the " +
  "failures, asks somebody else and lets nobody see the seam. Grüße aus 東京 and 🦜 pass through whole, no word comes " +
  "twice, no half of an answer is ever sold as all of it, and the bill stays honest.";
