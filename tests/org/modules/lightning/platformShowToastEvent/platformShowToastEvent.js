/** The page listens for this event and shows the toast, as Lightning Experience does. */
export class ShowToastEvent extends CustomEvent {
    constructor(toast) {
        super("lightning__showtoast", { composed: true, cancelable: true, bubbles: true, detail: toast });
    }
}
