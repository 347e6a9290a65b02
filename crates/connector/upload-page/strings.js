/**
 * Every word a customer reads on the upload page, with where it appears.
 *
 * Each entry is [English, German, French]; an entry with counts is [one, other] per language. `{name}` is filled in.
 * Plain words, short sentences: for someone who does this once in their life.
 */

export const LANGUAGES = Object.freeze(["en", "de", "fr"]);

const STRINGS = Object.freeze({
    // Browser tab, before the organisation is known
    page_title: ["Send files securely", "Dateien sicher senden", "Envoyer des fichiers en toute sécurité"],
    // Browser tab, once the organisation is known
    page_title_for: [
        "Send files to {organisation}",
        "Dateien senden an {organisation}",
        "Envoyer des fichiers à {organisation}"
    ],
    // Header, beside the list of languages; read by screen readers only
    language: ["Language", "Sprache", "Langue"],
    // Header, in place of the organisation until it is known
    secure_transfer: ["Secure file transfer", "Sichere Datei\u00adübertragung", "Transfert de fichiers sécurisé"],
    // Header, under the organisation's name
    case_number: ["Case {caseNumber}", "Vorgang {caseNumber}", "Dossier {caseNumber}"],
    // Top of the card: names of the three steps
    step_read: ["Read", "Lesen", "Lire"],
    step_send: ["Send", "Senden", "Envoyer"],
    step_receipt: ["Receipt", "Beleg", "Reçu"],
    // Top of the card; read by screen readers before the steps
    steps: ["Steps", "Schritte", "Étapes"],

    // Start: heading
    start_heading: ["You have been asked for files", "Sie wurden um Dateien gebeten", "On vous demande des fichiers"],
    // Start: text
    start_text: [
        "Open the request to see who asks, and what for. Nothing is sent until you choose files yourself.",
        "Öffnen Sie die Anfrage, um zu sehen, wer fragt und wofür. Es wird nichts gesendet, bevor Sie selbst Dateien auswählen.",
        "Ouvrez la demande pour voir qui demande et pourquoi. Rien n’est envoyé avant que vous ne choisissiez vous-même des fichiers."
    ],
    // Start: under the button
    start_hint: [
        "You need no account and no password.",
        "Sie brauchen kein Konto und kein Passwort.",
        "Vous n’avez besoin ni de compte ni de mot de passe."
    ],
    // Start: the button
    start_button: ["Open the request", "Anfrage öffnen", "Ouvrir la demande"],
    // Opening, Finishing: while the server is asked
    one_moment: ["One moment …", "Einen Moment …", "Un instant …"],

    // Welcome: heading; the agent's name is known
    welcome_heading: [
        "{agent} of {organisation} asks you for files",
        "{agent} von {organisation} bittet Sie um Dateien",
        "{agent}, de {organisation}, vous demande des fichiers"
    ],
    // Welcome: heading; the agent's name is not known
    welcome_heading_nobody: [
        "{organisation} asks you for files",
        "{organisation} bittet Sie um Dateien",
        "{organisation} vous demande des fichiers"
    ],
    // Welcome, Choosing: label before what the agent typed into "what is needed"
    needed: ["What is needed", "Was gebraucht wird", "Ce qu’il faut"],
    // Welcome: label before the agent's message
    message: ["Message", "Nachricht", "Message"],
    // Welcome: label before a date
    due_on: ["Please send by", "Bitte senden bis", "À envoyer avant le"],
    // Welcome: label before date and time at which the link ends
    link_ends: ["The link works until", "Der Link gilt bis", "Le lien est valable jusqu’au"],
    // Welcome: the button
    welcome_button: ["Continue", "Weiter", "Continuer"],
    // Welcome: heading of the box with the consent wording
    consent_heading: ["Your consent", "Ihre Einwilligung", "Votre consentement"],
    // Welcome: beside the checkbox, under the wording
    consent_label: [
        "I have read this and I agree",
        "Ich habe das gelesen und stimme zu",
        "J’ai lu ce texte et je suis d’accord"
    ],
    // Welcome: after Continue without the checkbox
    consent_missing: [
        "Please tick the box first. Without your consent we may not receive files.",
        "Bitte setzen Sie zuerst das Häkchen. Ohne Ihre Einwilligung dürfen wir keine Dateien annehmen.",
        "Cochez d’abord la case. Sans votre accord, nous ne pouvons pas recevoir de fichiers."
    ],

    // Below the card on every screen of an open request: what can be unfolded
    privacy: ["How your files are handled", "So gehen wir mit Ihren Dateien um", "Ce que deviennent vos fichiers"],
    // There: how long
    kept_label: ["Kept for", "Aufbewahrung", "Conservation"],
    // There: after "Kept for"
    kept_days: [
        ["{count} day, then erased", "{count} days, then erased"],
        ["{count} Tag, danach gelöscht", "{count} Tage, danach gelöscht"],
        ["{count} jour, puis effacés", "{count} jours, puis effacés"]
    ],
    // There: place of storage
    stored_label: ["Stored", "Gespeichert", "Stockage"],
    // There: legal basis
    legal_label: ["Legal basis", "Rechtsgrundlage", "Base juridique"],
    // There: whom to write to
    dpo_label: ["Data protection contact", "Kontakt zum Datenschutz", "Contact pour la protection des données"],
    // There: how the transfer is protected
    protection_label: ["Protection", "Schutz", "Protection"],
    protection: [
        "Files are encrypted as soon as they arrive. Only people who handle your case can open them.",
        "Dateien werden verschlüsselt, sobald sie ankommen. Nur wer Ihren Vorgang bearbeitet, kann sie öffnen.",
        "Les fichiers sont chiffrés dès leur arrivée. Seules les personnes chargées de votre dossier peuvent les ouvrir."
    ],

    // Choosing: heading
    choosing_heading: ["Choose your files", "Wählen Sie Ihre Dateien", "Choisissez vos fichiers"],
    // Choosing: the large button
    choose_button: ["Choose files", "Dateien auswählen", "Choisir des fichiers"],
    // Choosing, Sending: smaller button, not on phones
    choose_folder: ["Choose a folder", "Ordner auswählen", "Choisir un dossier"],
    // Choosing: under the button, not on phones
    drop_hint: [
        "or drop files and folders here",
        "oder Dateien und Ordner hier ablegen",
        "ou déposez ici fichiers et dossiers"
    ],
    // Choosing: last line
    choose_hint: [
        "Any size. If the connection drops, it goes on by itself. You can add more files later.",
        "Jede Größe. Bricht die Verbindung ab, geht es von selbst weiter. Sie können später weitere Dateien hinzufügen.",
        "Toutes les tailles. Si la connexion se coupe, l’envoi reprend tout seul. Vous pourrez ajouter d’autres fichiers ensuite."
    ],
    // Choosing: when a file may not be larger
    limit_size: ["Up to {size} per file.", "Bis {size} pro Datei.", "Jusqu’à {size} par fichier."],
    // Choosing: when only some kinds of file are taken
    limit_types: ["Accepted: {types}.", "Angenommen werden: {types}.", "Formats acceptés : {types}."],
    // Choosing: when the number of files is limited
    limit_count: [
        ["At most {count} file.", "At most {count} files."],
        ["Höchstens {count} Datei.", "Höchstens {count} Dateien."],
        ["{count} fichier au plus.", "{count} fichiers au plus."]
    ],

    // Sending: heading while files are under way
    sending_heading: ["Sending your files", "Ihre Dateien werden gesendet", "Envoi de vos fichiers"],
    // Sending: heading when nothing moves because every unfinished file is paused
    paused_heading: ["Paused", "Angehalten", "En pause"],
    // Sending: heading when files need the customer's help
    attention_heading: [
        "Please choose these files again",
        "Bitte wählen Sie diese Dateien noch einmal",
        "Choisissez de nouveau ces fichiers"
    ],
    // Sending: heading when everything is there
    all_arrived_heading: ["Everything has arrived", "Alles ist angekommen", "Tout est arrivé"],
    // Sending: under the heading
    arrived_count: [
        ["{arrived} of {count} file arrived", "{arrived} of {count} files arrived"],
        ["{arrived} von {count} Datei angekommen", "{arrived} von {count} Dateien angekommen"],
        ["Fichiers arrivés : {arrived} sur {count}", "Fichiers arrivés : {arrived} sur {count}"]
    ],
    // Sending: under the heading while files are under way
    keep_open: [
        "Please keep this page open. If you close it, you can go on later with the same link.",
        "Bitte lassen Sie diese Seite offen. Wenn Sie sie schließen, können Sie später mit demselben Link weitermachen.",
        "Laissez cette page ouverte. Si vous la fermez, vous pourrez continuer plus tard avec le même lien."
    ],
    // Sending: under the heading when everything is there
    all_sent_question: [
        "Was that all? Then press “I’m finished” to get your receipt.",
        "War das alles? Dann drücken Sie „Ich bin fertig“, um Ihren Beleg zu bekommen.",
        "C’est tout ? Appuyez alors sur « J’ai terminé » pour obtenir votre reçu."
    ],
    // Sending: under the heading when a file was begun earlier and is no longer in the browser's hands
    missing_explained: [
        "This page was closed or loaded again, so the browser has let go of your files. Choose the files marked below once more: what was sent is kept.",
        "Diese Seite wurde geschlossen oder neu geladen, deshalb hat der Browser Ihre Dateien losgelassen. Wählen Sie die unten markierten Dateien noch einmal aus: Was gesendet war, bleibt erhalten.",
        "Cette page a été fermée ou rechargée, le navigateur n’a donc plus accès à vos fichiers. Choisissez de nouveau les fichiers signalés ci-dessous : ce qui a été envoyé est conservé."
    ],
    // Sending: banner above the list, and the line of a file
    offline: [
        "No network. Will continue by itself.",
        "Kein Netz. Geht von selbst weiter.",
        "Pas de réseau. L’envoi reprendra tout seul."
    ],
    // Sending: banner above the list, and the line of a file, when only our server does not answer
    server_away: [
        "The server does not answer. Will continue by itself.",
        "Der Server antwortet nicht. Geht von selbst weiter.",
        "Le serveur ne répond pas. L’envoi reprendra tout seul."
    ],
    // Sending: button under the list
    add_more: ["Add more files", "Weitere Dateien hinzufügen", "Ajouter des fichiers"],
    // Sending: the main button
    finish: ["I’m finished", "Ich bin fertig", "J’ai terminé"],
    // Sending: after "I'm finished" while files are under way or incomplete
    finish_not_yet: [
        "Not yet: some files are incomplete. Wait until they have arrived, or remove them.",
        "Noch nicht: Einige Dateien sind unvollständig. Warten Sie, bis sie angekommen sind, oder entfernen Sie sie.",
        "Pas encore : certains fichiers sont incomplets. Attendez leur arrivée ou retirez-les."
    ],
    // Sending: after "I'm finished" when no file has arrived
    finish_nothing: [
        "No file has arrived yet.",
        "Es ist noch keine Datei angekommen.",
        "Aucun fichier n’est encore arrivé."
    ],
    // Sending: after the same file was chosen again
    already_listed: [
        "“{name}” is already in the list.",
        "„{name}“ steht schon in der Liste.",
        "« {name} » est déjà dans la liste."
    ],
    // Sending: after another file was chosen where a begun one was expected
    other_file: [
        "“{name}” is a different file, so it was added to the list. “{expected}” ({size}) is still missing.",
        "„{name}“ ist eine andere Datei und wurde zur Liste hinzugefügt. „{expected}“ ({size}) fehlt noch.",
        "« {name} » est un autre fichier ; il a été ajouté à la liste. « {expected} » ({size}) manque encore."
    ],
    // Sending: after an empty folder was chosen
    nothing_chosen: ["There was no file in it.", "Darin war keine Datei.", "Il ne contenait aucun fichier."],

    // Line of a file, by its state
    file_waiting: ["Waits for its turn", "Wartet, bis sie an der Reihe ist", "En attente de son tour"],
    file_preparing: ["Starting …", "Beginnt …", "Démarrage …"],
    file_sending: ["{percent} · {left}", "{percent} · {left}", "{percent} · {left}"],
    file_paused: ["Paused at {percent}", "Angehalten bei {percent}", "En pause à {percent}"],
    file_checking: [
        "Arrived. Being stored safely …",
        "Angekommen. Wird sicher gespeichert …",
        "Arrivé. Mise en lieu sûr …"
    ],
    file_arrived: ["Arrived safely", "Sicher angekommen", "Bien arrivé"],
    file_missing: [
        "{percent} sent. Choose this file again to continue.",
        "{percent} gesendet. Wählen Sie diese Datei noch einmal aus, um fortzufahren.",
        "{percent} envoyés. Choisissez de nouveau ce fichier pour continuer."
    ],

    // Line of a file that is not taken, by reason
    refused_too_large: [
        "Not sent: larger than {size}.",
        "Nicht gesendet: größer als {size}.",
        "Non envoyé : plus de {size}."
    ],
    refused_type: [
        "Not sent: this kind of file is not accepted.",
        "Nicht gesendet: Diese Art Datei wird nicht angenommen.",
        "Non envoyé : ce type de fichier n’est pas accepté."
    ],
    refused_room: [
        "Not sent: there is no room left for this request.",
        "Nicht gesendet: Für diese Anfrage ist kein Platz mehr.",
        "Non envoyé : il n’y a plus de place pour cette demande."
    ],
    refused_count: ["Not sent: too many files.", "Nicht gesendet: zu viele Dateien.", "Non envoyé : trop de fichiers."],
    refused_unreadable: [
        "Stopped: the file was changed, moved or is not reachable. Choose it again.",
        "Unterbrochen: Die Datei wurde geändert, verschoben oder ist nicht erreichbar. Wählen Sie sie noch einmal aus.",
        "Interrompu : le fichier a été modifié, déplacé ou n’est pas accessible. Choisissez-le de nouveau."
    ],
    refused_other: ["Not sent. {detail}", "Nicht gesendet. {detail}", "Non envoyé. {detail}"],

    // Time left, in the line of a file
    left_seconds: ["a few seconds left", "noch wenige Sekunden", "encore quelques secondes"],
    left_minute: ["less than a minute left", "weniger als eine Minute", "moins d’une minute"],
    left_minutes: [
        ["about {count} minute left", "about {count} minutes left"],
        ["noch etwa {count} Minute", "noch etwa {count} Minuten"],
        ["encore {count} minute environ", "encore {count} minutes environ"]
    ],
    left_hours: [
        "about {hours} h {minutes} min left",
        "noch etwa {hours} Std. {minutes} Min.",
        "encore {hours} h {minutes} min environ"
    ],

    // Buttons of a file; the file's name follows for screen readers
    pause: ["Pause", "Anhalten", "Pause"],
    resume: ["Continue", "Fortsetzen", "Reprendre"],
    cancel: ["Cancel", "Abbrechen", "Annuler"],
    remove: ["Remove", "Entfernen", "Retirer"],
    choose_again: ["Choose again", "Erneut auswählen", "Choisir de nouveau"],
    try_again: ["Try again", "Noch einmal", "Réessayer"],
    // After Cancel: question and both answers
    cancel_question: [
        "Stop and remove this file?",
        "Diese Datei abbrechen und entfernen?",
        "Arrêter et retirer ce fichier ?"
    ],
    cancel_yes: ["Yes, remove", "Ja, entfernen", "Oui, retirer"],
    cancel_no: ["No, keep", "Nein, behalten", "Non, garder"],

    // Spoken by screen readers when a quarter of a file, or the whole, is there
    spoken_percent: ["{name}: {percent}", "{name}: {percent}", "{name} : {percent}"],
    spoken_arrived: ["{name} has arrived.", "{name} ist angekommen.", "{name} est arrivé."],
    spoken_continues: ["The connection is back.", "Die Verbindung ist wieder da.", "La connexion est rétablie."],

    // Receipt: heading
    receipt_heading: [
        "Thank you. Everything has arrived.",
        "Vielen Dank. Alles ist angekommen.",
        "Merci. Tout est arrivé."
    ],
    // Receipt: text
    receipt_text: [
        "This is your receipt. We also send it to you by e-mail. You can close this page.",
        "Das ist Ihr Beleg. Sie bekommen ihn auch per E-Mail. Sie können diese Seite schließen.",
        "Voici votre reçu. Vous le recevrez aussi par courriel. Vous pouvez fermer cette page."
    ],
    // Receipt: labels
    receipt_organisation: ["Received by", "Empfangen von", "Reçu par"],
    receipt_case: ["Case", "Vorgang", "Dossier"],
    receipt_time: ["Completed", "Abgeschlossen", "Terminé"],
    receipt_kept: ["Kept until", "Aufbewahrt bis", "Conservé jusqu’au"],
    // Receipt: heading of the list of files
    receipt_files: [
        ["{count} file", "{count} files"],
        ["{count} Datei", "{count} Dateien"],
        ["{count} fichier", "{count} fichiers"]
    ],
    // Receipt: before the fingerprint of a file
    receipt_digest: ["Fingerprint (SHA-256)", "Fingerabdruck (SHA-256)", "Empreinte (SHA-256)"],
    // Receipt: the button
    print: ["Print or save", "Drucken oder speichern", "Imprimer ou enregistrer"],

    // Closed: heading and text by reason; "closed" when the reason is not told
    closed_heading: ["This request is closed", "Diese Anfrage ist geschlossen", "Cette demande est close"],
    closed_text: [
        "It was completed, withdrawn, or its time has run out. Nothing more can be sent with this link.",
        "Sie wurde abgeschlossen, zurückgezogen, oder ihre Zeit ist abgelaufen. Mit diesem Link kann nichts mehr gesendet werden.",
        "Elle a été terminée ou retirée, ou son délai est écoulé. Ce lien ne permet plus d’envoyer de fichiers."
    ],
    closed_expired_text: [
        "Its time has run out. Nothing more can be sent with this link.",
        "Ihre Zeit ist abgelaufen. Mit diesem Link kann nichts mehr gesendet werden.",
        "Son délai est écoulé. Ce lien ne permet plus d’envoyer de fichiers."
    ],
    closed_fulfilled_text: [
        "All files have arrived. You have nothing more to do.",
        "Alle Dateien sind angekommen. Sie müssen nichts weiter tun.",
        "Tous les fichiers sont arrivés. Vous n’avez plus rien à faire."
    ],
    // Closed, Wrong link: what to do
    ask_for_new_link: [
        "Do you still want to send something? Reply to the e-mail with the link and ask for a new one.",
        "Möchten Sie noch etwas senden? Antworten Sie auf die E-Mail mit dem Link und bitten Sie um einen neuen.",
        "Vous souhaitez encore envoyer quelque chose ? Répondez au courriel qui contenait le lien et demandez-en un nouveau."
    ],

    // Wrong link: heading and text
    wrong_heading: ["This link does not work", "Dieser Link funktioniert nicht", "Ce lien ne fonctionne pas"],
    wrong_text: [
        "Perhaps a part of it got lost when it was copied. Please open it directly from the e-mail.",
        "Vielleicht ging beim Kopieren ein Teil verloren. Bitte öffnen Sie ihn direkt aus der E-Mail.",
        "Une partie a peut-être été perdue lors de la copie. Ouvrez-le directement depuis le courriel."
    ],

    // Unavailable: heading, text and button; the page tries again by itself
    unavailable_heading: [
        "We cannot be reached right now",
        "Wir sind gerade nicht erreichbar",
        "Nous sommes injoignables pour le moment"
    ],
    // Unavailable: heading when the device itself has no network
    no_network_heading: ["No network", "Kein Netz", "Pas de réseau"],
    unavailable_text: [
        "This page tries again by itself. Nothing that you have sent is lost.",
        "Diese Seite versucht es von selbst wieder. Nichts, was Sie gesendet haben, geht verloren.",
        "Cette page réessaie toute seule. Rien de ce que vous avez envoyé n’est perdu."
    ],
    unavailable_button: ["Try again now", "Jetzt erneut versuchen", "Réessayer maintenant"]
});

/** The sentence `key` in `language`, with `{name}` filled in from `values`; `values.count` chooses between one and other. */
export function say(language, key, values = {}) {
    const entry = STRINGS[key]?.[LANGUAGES.indexOf(language)];
    if (entry === undefined) throw new Error(`no words for ${key} in ${language}`);
    const text = Array.isArray(entry)
        ? entry[new Intl.PluralRules(language).select(values.count) === "one" ? 0 : 1]
        : entry;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** The first of the wished languages that we have. */
export function languageFor(wishes) {
    return (
        wishes
            .map((wish) =>
                String(wish ?? "")
                    .slice(0, 2)
                    .toLowerCase()
            )
            .find((wish) => LANGUAGES.includes(wish)) ?? "en"
    );
}
