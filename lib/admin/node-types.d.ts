/** Types that we share with the server mention Node's Buffer; the page itself never holds one. */
type Buffer = Uint8Array;
