/** Names by which people are told apart: a second Ann is "Ann (2)". No React. */

export interface Named {
  identity: string;
  name: string;
}

/** What looks the same to people: another case, other spaces or another way to write the same letters. */
function look(name: string): string {
  return name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ");
}

/** Each identity keeps its name, and nobody else gets it, also when they have left: their messages still stand there. */
export class Names {
  private readonly given = new Map<string, { name: string; shown: string }>();
  private readonly taken = new Set<string>();

  /** What was shown for this identity last; undefined if nothing was. */
  known(identity: string): string | undefined {
    return this.given.get(identity)?.shown;
  }

  /** The name to show; who is asked for first gets theirs without a number. */
  of({ identity, name }: Named): string {
    const known = this.given.get(identity);
    if (known?.name === name) return known.shown;
    let shown = name;
    for (let number = 2; this.taken.has(look(shown)); number++) shown = `${name} (${number})`;
    this.taken.add(look(shown));
    this.given.set(identity, { name, shown });
    return shown;
  }
}
