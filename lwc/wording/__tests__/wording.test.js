import { fill, percent, size } from "c/wording";

describe("wording", () => {
    it("fills placeholders in any order and leaves out what is not given", () => {
        expect(fill("{1} of {0}", "a", "b")).toBe("b of a");
        expect(fill("{0} and {1}", "a")).toBe("a and ");
        expect(fill("nothing to fill", "a")).toBe("nothing to fill");
    });

    it("takes a customer's text literally", () => {
        expect(fill("Open {0}", "$& {1} <b>", "x")).toBe("Open $& {1} <b>");
    });

    it("writes sizes for people", () => {
        expect(size(0)).toBe("0 bytes");
        expect(size(1)).toBe("1 byte");
        expect(size(999)).toBe("999 bytes");
        expect(size(1_500_000)).toBe("1.5 MB");
        expect(size(45_097_156_608)).toBe("45.1 GB");
        expect(size(123_456_000_000)).toBe("123 GB");
        expect(size(5e15)).toBe("5,000 TB");
    });

    it("never rounds up to 100 %", () => {
        expect(percent(0.999)).toBe("99%");
        expect(percent(1)).toBe("100%");
        expect(percent(-1)).toBe("0%");
    });
});
