//! Twelve Cases from 00001001 on. All are private; a few are shared with a colleague.

use anyhow::Result;
use serde_json::json;

use super::{Seeded, id_of, insert, note};
use crate::sharing::Reach;
use crate::work::Work;

struct Story {
    nickname: &'static str,
    owner: &'static str,
    shared_with: &'static [(&'static str, Reach)],
    contact: Option<&'static str>,
    subject: &'static str,
    description: &'static str,
    status: &'static str,
    priority: &'static str,
    origin: &'static str,
    days_ago: i64,
}

/// The first is Anna's alone: Ben cannot see it.
const STORIES: [Story; 12] = [
    Story {
        nickname: "gateway_reboots",
        owner: "anna",
        shared_with: &[],
        contact: Some("grace"),
        subject: "Gateway reboots when four backup jobs start together",
        description: "Since the 4.2 update the line gateway restarts at about 02:10 every night, when the backup jobs \
                      start. Grace has core dumps of several gigabytes and a packet capture.",
        status: "Working",
        priority: "High",
        origin: "Phone",
        days_ago: 3,
    },
    Story {
        nickname: "scanner_drift",
        owner: "anna",
        shared_with: &[("ben", Reach::Edit)],
        contact: Some("erika"),
        subject: "Barcode-Scanner verliert nach Schichtwechsel die Kalibrierung",
        description: "Drei Scanner am Tor 7. Erika kann Videos und Protokolle schicken.",
        status: "Working",
        priority: "Medium",
        origin: "Email",
        days_ago: 6,
    },
    Story {
        nickname: "press_vibration",
        owner: "ben",
        shared_with: &[("anna", Reach::Read)],
        contact: Some("camille"),
        subject: "Vibrations anormales de la presse n° 3",
        description: "Relevés de capteurs et vidéo disponibles chez le client.",
        status: "New",
        priority: "High",
        origin: "Web",
        days_ago: 1,
    },
    Story {
        nickname: "no_contact",
        owner: "anna",
        shared_with: &[],
        contact: None,
        subject: "Cannot import configuration backup",
        description: "Mail from an address we do not know yet. The backup file is too large for e-mail.",
        status: "New",
        priority: "Medium",
        origin: "Email",
        days_ago: 1,
    },
    Story {
        nickname: "license_server",
        owner: "ben",
        shared_with: &[],
        contact: Some("oliver"),
        subject: "Licence server unreachable after firewall change",
        description: "Firewall export and licence log needed.",
        status: "Escalated",
        priority: "High",
        origin: "Phone",
        days_ago: 9,
    },
    Story {
        nickname: "conveyor_stop",
        owner: "carla",
        shared_with: &[("anna", Reach::Edit)],
        contact: Some("jonas"),
        subject: "Förderband hält ohne Fehlermeldung an",
        description: "Tritt zwei- bis dreimal pro Schicht auf.",
        status: "Working",
        priority: "Medium",
        origin: "Phone",
        days_ago: 4,
    },
    Story {
        nickname: "label_print",
        owner: "anna",
        shared_with: &[("ben", Reach::Read)],
        contact: Some("theo"),
        subject: "Étiquettes imprimées avec un décalage de 4 mm",
        description: "Photos et profil d'imprimante à demander.",
        status: "Working",
        priority: "Low",
        origin: "Web",
        days_ago: 12,
    },
    Story {
        nickname: "report_totals",
        owner: "ben",
        shared_with: &[],
        contact: Some("grace"),
        subject: "Monthly report shows wrong totals for October",
        description: "Spreadsheet with the expected figures was promised.",
        status: "New",
        priority: "Low",
        origin: "Email",
        days_ago: 2,
    },
    Story {
        nickname: "vpn_tunnel",
        owner: "carla",
        shared_with: &[],
        contact: Some("erika"),
        subject: "VPN-Tunnel zum Standort Rosenheim bricht ab",
        description: "Mitschnitt beider Endpunkte angefragt.",
        status: "Working",
        priority: "High",
        origin: "Phone",
        days_ago: 5,
    },
    Story {
        nickname: "audit_evidence",
        owner: "anna",
        shared_with: &[],
        contact: Some("camille"),
        subject: "Pièces justificatives pour l'audit ISO 9001",
        description: "Plusieurs dossiers de documents numérisés, données personnelles comprises.",
        status: "Working",
        priority: "Medium",
        origin: "Email",
        days_ago: 8,
    },
    Story {
        nickname: "firmware_rollback",
        owner: "ben",
        shared_with: &[("anna", Reach::Edit)],
        contact: Some("oliver"),
        subject: "Request to roll back firmware 4.2 on packing line",
        description: "Diagnostics bundle of all eight controllers to follow.",
        status: "New",
        priority: "Medium",
        origin: "Web",
        days_ago: 0,
    },
    Story {
        nickname: "closed_training",
        owner: "carla",
        shared_with: &[],
        contact: Some("jonas"),
        subject: "Schulungsunterlagen für neue Bediener",
        description: "Unterlagen wurden zugesandt.",
        status: "Closed",
        priority: "Low",
        origin: "Email",
        days_ago: 30,
    },
];

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

pub fn plant(work: &mut Work, seeded: &mut Seeded) -> Result<()> {
    work.world.rows.count_from("Case", "CaseNumber", 1_000);
    let today = work.now;
    for story in &STORIES {
        work.now = today - story.days_ago * DAY_MS - DAY_MS / 24;
        let mut body = json!({
            "OwnerId": id_of(seeded, "users", story.owner)?.to_string(),
            "Subject": story.subject,
            "Description": story.description,
            "Status": story.status,
            "Priority": story.priority,
            "Origin": story.origin,
        });
        if let Some(contact) = story.contact {
            body["ContactId"] = json!(id_of(seeded, "contacts", contact)?.to_string());
        } else {
            body["SuppliedName"] = json!("R. Okonkwo");
            body["SuppliedEmail"] = json!("r.okonkwo@brightmill.example");
            body["SuppliedCompany"] = json!("Brightmill Foods");
        }
        let case = insert(work, "Case", body)?;
        for (colleague, reach) in story.shared_with {
            let colleague = id_of(seeded, "users", colleague)?;
            work.world.shares.insert((case, colleague), *reach);
        }
        let number = work.world.rows.row("Case", case).and_then(|row| row.text("CaseNumber")).unwrap_or_default();
        let about = json!({
            "case_number": number,
            "subject": story.subject,
            "owner": story.owner,
            "contact": story.contact,
            "shared_with": story.shared_with.iter().map(|(colleague, _)| *colleague).collect::<Vec<_>>(),
        });
        note(seeded, "cases", story.nickname, case, about);
    }
    work.now = today;
    Ok(())
}
