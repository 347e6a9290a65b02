/**
 * The Case's secure files: ask for one, watch the open requests, open what arrived.
 *
 * Shows what the connector says and nothing else; Salesforce records are not read here, because
 * only the connector knows whether this user may still see the Case's files.
 */
import { LightningElement, api } from "lwc";
import { ShowToastEvent } from "lightning/platformShowToastEvent";
import RequestFileModal from "c/requestFileModal";
import { listCase, onFileRequestCreated } from "c/connectorClient";
import { fill } from "c/wording";
import MAY_REQUEST from "@salesforce/customPermission/Casegate_Request_Files";
import { milestones } from "./milestones";
import { Poll } from "./poll";
import EMPTY_TEXT from "@salesforce/label/c.Casegate_FileRequestPanel_EmptyText";
import EMPTY_TEXT_READ_ONLY from "@salesforce/label/c.Casegate_FileRequestPanel_EmptyTextReadOnly";
import EMPTY_TITLE from "@salesforce/label/c.Casegate_FileRequestPanel_EmptyTitle";
import HIDE_CLOSED from "@salesforce/label/c.Casegate_FileRequestPanel_HideClosed";
import LOADING from "@salesforce/label/c.Casegate_FileRequestPanel_Loading";
import OPEN_REQUESTS from "@salesforce/label/c.Casegate_FileRequestPanel_OpenRequests";
import REQUESTED from "@salesforce/label/c.Casegate_FileRequestPanel_Requested";
import REQUESTED_TITLE from "@salesforce/label/c.Casegate_FileRequestPanel_RequestedTitle";
import REQUEST_FILE from "@salesforce/label/c.Casegate_FileRequestPanel_RequestFile";
import SHOW_CLOSED from "@salesforce/label/c.Casegate_FileRequestPanel_ShowClosed";
import TITLE from "@salesforce/label/c.Casegate_FileRequestPanel_Title";
import MODAL_TITLE from "@salesforce/label/c.Casegate_RequestFileModal_Title";

const CLOSED = ["fulfilled", "revoked", "expired"];
const NOTHING = { requests: undefined, files: undefined, nextFilesCursor: null };

export default class FileRequestPanel extends LightningElement {
    /** The Case; the platform sets it, and sets it anew when a console tab is reused. */
    @api
    get recordId() {
        return this.caseId;
    }
    set recordId(value) {
        if (value !== this.caseId) {
            this.caseId = value;
            this.restart();
        }
    }

    caseId;
    view = NOTHING;
    /** Why the last attempt failed; nothing after a good answer. */
    problem;
    seenAt;
    announcement = "";
    showsClosed = false;
    focusesClosed = false;
    loadingMore = false;
    moreProblem;
    labels = {
        emptyTitle: EMPTY_TITLE,
        loading: LOADING,
        openRequests: OPEN_REQUESTS,
        requestFile: REQUEST_FILE,
        title: TITLE
    };

    connectedCallback() {
        this.isConnectedToPage = true;
        this.restart();
    }

    disconnectedCallback() {
        this.isConnectedToPage = false;
        this.halt();
    }

    restart() {
        this.halt();
        if (!this.isConnectedToPage || !this.caseId) {
            return;
        }
        const { caseId } = this;
        this.view = NOTHING;
        this.problem = undefined;
        this.moreProblem = undefined;
        this.announcement = "";
        this.poll = new Poll(({ signal }) => this.look(caseId, signal));
        this.stopListening = onFileRequestCreated(caseId, (request) => this.replace(request));
        this.poll.start();
    }

    halt() {
        this.poll?.stop();
        this.poll = undefined;
        this.stopListening?.();
        this.stopListening = undefined;
    }

    async look(caseId, signal) {
        try {
            const answer = await listCase(caseId, { signal });
            if (!signal.aborted) {
                this.take(answer);
            }
            return answer.busy;
        } catch (problem) {
            if (!signal.aborted) {
                this.problem = problem;
            }
            throw problem;
        }
    }

    take(answer) {
        const older = this.view.older ?? [];
        const view = {
            requests: answer.requests,
            files: older.length ? merged(answer.files, this.view.files) : answer.files,
            older,
            nextFilesCursor: older.length ? this.view.nextFilesCursor : answer.next_files_cursor
        };
        if (this.view.requests) {
            this.say(milestones(this.view, view));
        }
        this.view = view;
        this.seenAt = Date.now();
        this.problem = undefined;
    }

    /** Newest first: a request this panel has not seen goes to the top. */
    replace(request) {
        const known = this.view.requests;
        if (known) {
            const isKnown = known.some(({ id }) => id === request.id);
            this.view = {
                ...this.view,
                requests: isKnown ? known.map((old) => (old.id === request.id ? request : old)) : [request, ...known]
            };
        }
        this.poll?.now();
    }

    say(sentences) {
        if (sentences.length) {
            this.announcement = sentences.join(" ");
        }
    }

    get loading() {
        return !this.view.requests && !this.problem;
    }

    get failed() {
        return !this.view.requests && this.problem;
    }

    /** Data is shown, but the last attempt to refresh it failed. */
    get staleBecause() {
        return this.view.requests ? this.problem : undefined;
    }

    get hasData() {
        return this.view.requests && !this.empty;
    }

    get empty() {
        return this.view.requests?.length === 0 && this.view.files.length === 0;
    }

    get emptyText() {
        return MAY_REQUEST ? EMPTY_TEXT : EMPTY_TEXT_READ_ONLY;
    }

    get mayRequest() {
        return MAY_REQUEST;
    }

    get openRequests() {
        return this.view.requests.filter((request) => !CLOSED.includes(request.state));
    }

    get closedRequests() {
        return this.view.requests.filter((request) => CLOSED.includes(request.state));
    }

    get hasOpen() {
        return this.openRequests.length > 0;
    }

    get hasClosed() {
        return this.closedRequests.length > 0;
    }

    get hasMoreFiles() {
        return Boolean(this.view.nextFilesCursor);
    }

    get closedLabel() {
        return this.showsClosed ? HIDE_CLOSED : fill(SHOW_CLOSED, this.closedRequests.length);
    }

    get closedExpanded() {
        return String(this.showsClosed);
    }

    async handleRequest() {
        const created = await RequestFileModal.open({ size: "small", description: MODAL_TITLE, caseId: this.caseId });
        if (created) {
            this.dispatchEvent(
                new ShowToastEvent({
                    title: REQUESTED_TITLE,
                    message: fill(REQUESTED, created.recipient_email),
                    variant: "success"
                })
            );
        }
    }

    handleChanged(event) {
        const { request } = event.detail;
        this.replace(request);
        // Its row moves down with the button that had the focus.
        this.focusesClosed = CLOSED.includes(request.state);
    }

    renderedCallback() {
        const toggle = this.focusesClosed && this.template.querySelector(".toggle-closed");
        if (toggle) {
            this.focusesClosed = false;
            toggle.focus();
        }
    }

    handleRetry() {
        this.poll?.now();
    }

    handleToggleClosed() {
        this.showsClosed = !this.showsClosed;
    }

    async handleMore() {
        const { caseId } = this;
        this.loadingMore = true;
        this.moreProblem = undefined;
        try {
            const answer = await listCase(caseId, { filesAfter: this.view.nextFilesCursor });
            if (caseId === this.caseId) {
                this.view = {
                    ...this.view,
                    files: merged(this.view.files, answer.files),
                    older: [...(this.view.older ?? []), ...answer.files],
                    nextFilesCursor: answer.next_files_cursor
                };
            }
        } catch (problem) {
            this.moreProblem = problem;
        } finally {
            this.loadingMore = false;
        }
    }
}

/** The first list, then what only the second one has; both newest first. */
function merged(first, second) {
    const known = new Set(first.map((file) => file.id));
    return [...first, ...second.filter((file) => !known.has(file.id))];
}
