/**
 * The files held for this Case, newest first.
 *
 * Fires `more` when the user wants older ones.
 */
import { LightningElement, api } from "lwc";
import EMPTY from "@salesforce/label/c.Casegate_SecureFileList_Empty";
import LOADING from "@salesforce/label/c.Casegate_SecureFileList_Loading";
import MORE from "@salesforce/label/c.Casegate_SecureFileList_More";
import TITLE from "@salesforce/label/c.Casegate_SecureFileList_Title";

export default class SecureFileList extends LightningElement {
    @api caseId;
    /** SecureFileViews, or nothing while they are on their way. */
    @api files;
    /** Whether there are older files that are not shown. */
    @api hasMore = false;
    /** Whether older files are on their way. */
    @api loadingMore = false;
    /** Why older files could not be shown. */
    @api problem;

    labels = { empty: EMPTY, loading: LOADING, more: MORE, title: TITLE };

    get loading() {
        return !this.files && !this.problem;
    }

    get empty() {
        return this.files?.length === 0;
    }

    handleMore() {
        this.dispatchEvent(new CustomEvent("more"));
    }
}
