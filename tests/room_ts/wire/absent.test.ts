import { describe, expect, test } from "bun:test";

import { Absent, DOUBT_MS, type Said, WAIT_MS } from "../../../conference_app/room/wire/absent";

const said = (text: string): Said => ({ id: text, text });

describe("who is away", () => {
  test("whoever comes back gets what was said meanwhile, in order, and once", () => {
    const absent = new Absent();
    absent.look(["ann", "bob"], 0);
    absent.look(["ann"], 1000);
    absent.owe(said("first"), 1100);
    absent.owe(said("second"), 1200);
    expect(absent.look(["ann", "bob"], 2000)).toEqual([["bob", [said("first"), said("second")]]]);
    expect(absent.look(["ann", "bob"], 3000)).toEqual([]);
  });

  test("what was said shortly before they were missed may be lost, older words are not", () => {
    const absent = new Absent();
    absent.look(["bob"], 0);
    absent.owe(said("old"), 0);
    absent.owe(said("doubtful"), DOUBT_MS);
    absent.look([], DOUBT_MS + 1);
    expect(absent.look(["bob"], DOUBT_MS + 2)).toEqual([["bob", [said("doubtful")]]]);
  });

  test("after a break of one's own the last words are in doubt", () => {
    const absent = new Absent();
    absent.owe(said("one"), 0);
    absent.owe(said("two"), 10);
    expect(absent.doubtful(20)).toEqual([said("one"), said("two")]);
    expect(absent.doubtful(DOUBT_MS + 5)).toEqual([said("two")]);
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
    absent.owe(said("missed"), 1);
    absent.look([], 1 + WAIT_MS);
    expect(absent.isNobody).toBe(true);
    expect(absent.look(["ann"], 2 + WAIT_MS)).toEqual([]);
  });

  test("what could not be delivered is given out again", () => {
    const absent = new Absent();
    absent.look(["ann"], 0);
    absent.keep("ann", [said("again")], 1);
    expect(absent.look(["ann"], 2)).toEqual([["ann", [said("again")]]]);
  });

  test("a newcomer is owed nothing", () => {
    const absent = new Absent();
    absent.look([], 0);
    absent.owe(said("before"), 0);
    expect(absent.look(["ann"], 1)).toEqual([]);
  });

  test("what is kept for one person is bounded", () => {
    const absent = new Absent();
    absent.look(["ann"], 0);
    absent.look([], 1);
    for (let number = 0; number < 500; number++) absent.owe(said(String(number)), 1);
    const [[, owed]] = absent.look(["ann"], 2);
    expect(owed.length).toBe(200);
    expect(owed[199].text).toBe("499");
  });
});
