import { describe, expect, test } from "bun:test";

import { Absent, WAIT_MS } from "../../conference_app/room/absent";

describe("who is away", () => {
  test("whoever comes back gets what was said meanwhile, in order, and once", () => {
    const absent = new Absent();
    absent.look(["ann", "bob"], 0);
    absent.owe("to all");
    absent.look(["ann"], 1000);
    absent.owe("first");
    absent.owe("second");
    expect(absent.look(["ann", "bob"], 2000)).toEqual([["bob", ["first", "second"]]]);
    expect(absent.look(["ann", "bob"], 3000)).toEqual([]);
  });

  test("after a break all are waited for until the last is back", () => {
    const absent = new Absent();
    absent.look(["ann", "bob"], 0);
    absent.look([], 100);
    expect(absent.isNobody).toBe(false);
    absent.look(["ann"], 200);
    expect(absent.isNobody).toBe(false);
    absent.look(["ann", "bob"], 300);
    expect(absent.isNobody).toBe(true);
  });

  test("who stays away for two minutes has left and is owed nothing", () => {
    const absent = new Absent();
    absent.look(["ann"], 0);
    absent.look([], 1);
    absent.owe("missed");
    absent.look([], 1 + WAIT_MS);
    expect(absent.isNobody).toBe(true);
    expect(absent.look(["ann"], 2 + WAIT_MS)).toEqual([]);
  });

  test("what could not be delivered is given out again", () => {
    const absent = new Absent();
    absent.look(["ann"], 0);
    absent.keep("ann", ["again"], 1);
    expect(absent.look(["ann"], 2)).toEqual([["ann", ["again"]]]);
  });

  test("a newcomer is owed nothing", () => {
    const absent = new Absent();
    absent.look([], 0);
    absent.owe("before");
    expect(absent.look(["ann"], 1)).toEqual([]);
  });

  test("what is kept for one person is bounded", () => {
    const absent = new Absent();
    absent.look(["ann"], 0);
    absent.look([], 1);
    for (let number = 0; number < 500; number++) absent.owe(String(number));
    const [[, owed]] = absent.look(["ann"], 2);
    expect(owed.length).toBe(200);
    expect(owed[199]).toBe("499");
  });
});
