/** Stands in for lightning/button: the runner's stub renders nothing and knows no ARIA, so it hides what a user hears. */
import { LightningElement, api } from "lwc";

export default class Button extends LightningElement {
    @api ariaExpanded;
    @api ariaLabel;
    @api disabled;
    @api iconName;
    @api label;
    @api variant;

    @api
    focus() {
        this.template.querySelector("button").focus();
    }
}
