/**
 * Whether the connector answers, and what to do when it does not.
 *
 * Shown above data that is still readable but may be old; silent while all is well.
 * Fires `retry` when the user does not want to wait for the next attempt.
 */
import { LightningElement, api } from "lwc";
import BUSY from "@salesforce/label/c.Casegate_ConnectorStatus_Busy";
import ORG_UNAVAILABLE from "@salesforce/label/c.Casegate_ConnectorStatus_OrgUnavailable";
import SEEN_AT from "@salesforce/label/c.Casegate_ConnectorStatus_SeenAt";
import TRY_NOW from "@salesforce/label/c.Casegate_ConnectorStatus_TryNow";
import UNREACHABLE from "@salesforce/label/c.Casegate_ConnectorStatus_Unreachable";

const SENTENCES = { org_unavailable: ORG_UNAVAILABLE, slow_down: BUSY };

export default class ConnectorStatus extends LightningElement {
    /** The problem of the last attempt, or nothing when it succeeded. */
    @api problem;
    /** Epoch milliseconds of the last good answer. */
    @api seenAt;

    labels = { seenAt: SEEN_AT, tryNow: TRY_NOW };

    get sentence() {
        return SENTENCES[this.problem.code] ?? UNREACHABLE;
    }

    handleRetry() {
        this.dispatchEvent(new CustomEvent("retry"));
    }
}
