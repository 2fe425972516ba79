/** A file for a spreadsheet. @param of what it holds, for those who hear the link without seeing where it stands */
export function CsvLink({ href, of }: { href: string; of: string }) {
  return (
    <a href={href} download>
      Download as CSV <span class="sr-only">({of})</span>
    </a>
  );
}
