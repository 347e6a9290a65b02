/**
 * The dialog that asks a customer for files, filled in and ready to send when it opens.
 *
 * Closes with the new request, or with nothing when it was cancelled.
 * Invariants: sending the same form again makes no second request; a changed form makes its own.
 */
import { api, wire } from "lwc";
import LightningModal from "lightning/modal";
import { ConnectorError, createFileRequest } from "c/connectorClient";
import requestDefaults from "@salesforce/apex/FileRequestController.requestDefaults";
import CANCEL from "@salesforce/label/c.Casegate_RequestFileModal_Cancel";
import DUE_ON from "@salesforce/label/c.Casegate_RequestFileModal_DueOn";
import DUE_ON_PAST from "@salesforce/label/c.Casegate_RequestFileModal_DueOnPast";
import EMAIL_INVALID from "@salesforce/label/c.Casegate_RequestFileModal_EmailInvalid";
import ENGLISH from "@salesforce/label/c.Casegate_RequestFileModal_English";
import FIELD_REFUSED from "@salesforce/label/c.Casegate_RequestFileModal_FieldRefused";
import FRENCH from "@salesforce/label/c.Casegate_RequestFileModal_French";
import GERMAN from "@salesforce/label/c.Casegate_RequestFileModal_German";
import LANGUAGE from "@salesforce/label/c.Casegate_RequestFileModal_Language";
import LOADING from "@salesforce/label/c.Casegate_RequestFileModal_Loading";
import MESSAGE from "@salesforce/label/c.Casegate_RequestFileModal_Message";
import NEEDED from "@salesforce/label/c.Casegate_RequestFileModal_Needed";
import NEEDED_PLACEHOLDER from "@salesforce/label/c.Casegate_RequestFileModal_NeededPlaceholder";
import RECIPIENT_EMAIL from "@salesforce/label/c.Casegate_RequestFileModal_RecipientEmail";
import RECIPIENT_MISSING from "@salesforce/label/c.Casegate_RequestFileModal_RecipientMissing";
import RECIPIENT_NAME from "@salesforce/label/c.Casegate_RequestFileModal_RecipientName";
import SEND from "@salesforce/label/c.Casegate_RequestFileModal_Send";
import SENDING from "@salesforce/label/c.Casegate_RequestFileModal_Sending";
import TITLE from "@salesforce/label/c.Casegate_RequestFileModal_Title";

export default class RequestFileModal extends LightningModal {
    @api caseId;

    labels = {
        cancel: CANCEL,
        dueOn: DUE_ON,
        dueOnPast: DUE_ON_PAST,
        emailInvalid: EMAIL_INVALID,
        language: LANGUAGE,
        loading: LOADING,
        message: MESSAGE,
        needed: NEEDED,
        neededPlaceholder: NEEDED_PLACEHOLDER,
        recipientEmail: RECIPIENT_EMAIL,
        recipientMissing: RECIPIENT_MISSING,
        recipientName: RECIPIENT_NAME,
        send: SEND,
        sending: SENDING,
        title: TITLE
    };
    languages = [
        { label: ENGLISH, value: "en" },
        { label: GERMAN, value: "de" },
        { label: FRENCH, value: "fr" }
    ];

    defaults;
    form;
    /** Why the dialog could not be filled in. */
    defaultsProblem;
    /** Why the request was not made. */
    problem;
    sending = false;
    /** The member of the form that was refused, until its field is marked. */
    refused;
    focused = false;
    clientId = crypto.randomUUID();
    /** The form as it was last sent: a lost answer may hide a request made from it. */
    lastSent;

    @wire(requestDefaults, { caseId: "$caseId" })
    useDefaults({ data, error }) {
        if (data && !this.form) {
            this.defaults = data;
            this.form = {
                recipient_email: data.recipientEmail ?? "",
                recipient_name: data.recipientName ?? "",
                language: data.language ?? "en",
                needed: "",
                message: "",
                due_on: null
            };
        }
        this.defaultsProblem = error ? new ConnectorError("no_token", { detail: error.body?.message }) : undefined;
    }

    get loading() {
        return !this.form && !this.defaultsProblem;
    }

    get recipientMissing() {
        return !this.defaults.recipientEmail;
    }

    get cannotSend() {
        return !this.form || this.sending;
    }

    get today() {
        const now = new Date();
        const two = (part) => String(part).padStart(2, "0");
        return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    }

    renderedCallback() {
        if (this.refused) {
            this.markRefused(this.refused);
            this.refused = undefined;
        }
        if (this.form && !this.focused) {
            this.focused = true;
            this.input(this.recipientMissing ? "recipient_email" : "needed")?.focus();
        }
    }

    handleChange(event) {
        const { member } = event.target.dataset;
        event.target.setCustomValidity?.("");
        this.form = { ...this.form, [member]: event.detail.value || (member === "due_on" ? null : "") };
    }

    /** Enter in a one-line field sends, as in any form. */
    handleKeydown(event) {
        if (event.key === "Enter" && event.target.dataset.enter) {
            event.preventDefault();
            this.handleSend();
        }
    }

    handleCancel() {
        this.close();
    }

    async handleSend() {
        if (this.cannotSend || !this.isValid()) {
            return;
        }
        this.problem = undefined;
        this.sending = true;
        this.disableClose = true;
        let created;
        try {
            created = await createFileRequest(this.caseId, this.request());
        } catch (problem) {
            this.problem = problem;
        }
        this.sending = false;
        this.disableClose = false;
        if (created) {
            this.close(created);
        } else if (this.problem.field) {
            // The fields are still disabled; the next rendering marks the refused one.
            this.refused = this.problem.field;
        }
    }

    request() {
        const content = JSON.stringify(this.form);
        if (this.lastSent && this.lastSent !== content) {
            this.clientId = crypto.randomUUID();
        }
        this.lastSent = content;
        const toContact = this.form.recipient_email === this.defaults.recipientEmail;
        return {
            ...this.form,
            client_id: this.clientId,
            case_number: this.defaults.caseNumber,
            contact_id: (toContact && this.defaults.contactId) || null,
            lifetime_hours: null
        };
    }

    isValid() {
        const inputs = [...this.template.querySelectorAll("[data-member]")];
        const wrong = inputs.filter((input) => !input.reportValidity());
        wrong[0]?.focus();
        return wrong.length === 0;
    }

    markRefused(member) {
        const input = this.input(member);
        input?.setCustomValidity?.(FIELD_REFUSED);
        input?.reportValidity();
        input?.focus();
    }

    input(member) {
        return this.template.querySelector(`[data-member="${member}"]`);
    }
}
