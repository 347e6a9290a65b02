/** The receipt: proof for the customer of what arrived when, on screen and on paper. */
import { day, moment, size } from "./format.js";
import { say } from "./strings.js";

export function showReceipt(receipt, language, screen) {
    const field = (name) => screen.querySelector(`[data-receipt="${name}"]`);
    field("organisation").textContent = receipt.organisation;
    field("case").textContent = receipt.case_number;
    field("time").textContent = moment(language, receipt.finished_at);
    field("kept").textContent = day(language, receipt.kept_until);
    field("count").textContent = say(language, "receipt_files", { count: receipt.files.length });
    const list = field("files");
    const template = screen.querySelector("template");
    list.replaceChildren(
        ...receipt.files.map((file) => {
            const line = template.content.firstElementChild.cloneNode(true);
            const part = (name) => line.querySelector(`[data-part="${name}"]`);
            part("name").textContent = file.file_name;
            part("size").textContent = size(language, file.size_bytes);
            part("time").textContent = moment(language, file.received_at);
            part("digest-label").textContent = say(language, "receipt_digest");
            part("digest").textContent = file.sha256;
            return line;
        })
    );
}
