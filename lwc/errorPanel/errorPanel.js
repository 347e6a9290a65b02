/**
 * The one way to show that something went wrong: a problem's code, in the user's words.
 *
 * Fires `retry` when the user asks to try again.
 */
import { LightningElement, api } from "lwc";
import { fill } from "c/wording";
import CONFLICT from "@salesforce/label/c.Casegate_ErrorPanel_Conflict";
import CONSENT_REQUIRED from "@salesforce/label/c.Casegate_ErrorPanel_ConsentRequired";
import FORBIDDEN from "@salesforce/label/c.Casegate_ErrorPanel_Forbidden";
import INTERNAL from "@salesforce/label/c.Casegate_ErrorPanel_Internal";
import INVALID_REQUEST from "@salesforce/label/c.Casegate_ErrorPanel_InvalidRequest";
import LINK_CLOSED from "@salesforce/label/c.Casegate_ErrorPanel_LinkClosed";
import NOT_CLEAN from "@salesforce/label/c.Casegate_ErrorPanel_NotClean";
import NOT_FOUND from "@salesforce/label/c.Casegate_ErrorPanel_NotFound";
import NO_TOKEN from "@salesforce/label/c.Casegate_ErrorPanel_NoToken";
import ORG_UNAVAILABLE from "@salesforce/label/c.Casegate_ErrorPanel_OrgUnavailable";
import REASON_NEEDED from "@salesforce/label/c.Casegate_ErrorPanel_ReasonNeeded";
import REFERENCE from "@salesforce/label/c.Casegate_ErrorPanel_Reference";
import RETRY from "@salesforce/label/c.Casegate_ErrorPanel_Retry";
import SLOW_DOWN from "@salesforce/label/c.Casegate_ErrorPanel_SlowDown";
import STORAGE_UNAVAILABLE from "@salesforce/label/c.Casegate_ErrorPanel_StorageUnavailable";
import TOO_LARGE from "@salesforce/label/c.Casegate_ErrorPanel_TooLarge";
import TYPE_NOT_ACCEPTED from "@salesforce/label/c.Casegate_ErrorPanel_TypeNotAccepted";
import UNAUTHENTICATED from "@salesforce/label/c.Casegate_ErrorPanel_Unauthenticated";
import UNREACHABLE from "@salesforce/label/c.Casegate_ErrorPanel_Unreachable";

const SENTENCES = {
    conflict: CONFLICT,
    consent_required: CONSENT_REQUIRED,
    forbidden: FORBIDDEN,
    internal: INTERNAL,
    invalid_request: INVALID_REQUEST,
    link_closed: LINK_CLOSED,
    not_clean: NOT_CLEAN,
    not_found: NOT_FOUND,
    no_token: NO_TOKEN,
    org_unavailable: ORG_UNAVAILABLE,
    reason_needed: REASON_NEEDED,
    slow_down: SLOW_DOWN,
    storage_unavailable: STORAGE_UNAVAILABLE,
    too_large: TOO_LARGE,
    type_not_accepted: TYPE_NOT_ACCEPTED,
    unauthenticated: UNAUTHENTICATED,
    unreachable: UNREACHABLE
};

export default class ErrorPanel extends LightningElement {
    /** What went wrong: an object with a `code`; nothing is shown without one. */
    @api problem;
    /** Whether to offer another try. */
    @api retryable = false;

    labels = { retry: RETRY };

    get sentence() {
        return SENTENCES[this.problem.code] ?? INTERNAL;
    }

    get detail() {
        return this.problem.detail;
    }

    get reference() {
        return this.problem.requestId ? fill(REFERENCE, this.problem.requestId) : undefined;
    }

    handleRetry() {
        this.dispatchEvent(new CustomEvent("retry"));
    }
}
