//! Forgeries of the golden token. Each differs in one thing from a token that holds.

use super::*;

/// Collects what was tried, and asserts once that all of it was refused.
struct Trial {
    golden: Golden,
    orgs: Orgs,
    refused: usize,
}

impl Trial {
    fn new() -> Self {
        let golden = Golden::read();
        let orgs = golden.orgs();
        Self { golden, orgs, refused: 0 }
    }

    #[track_caller]
    fn refuses(&mut self, what: &str, token: &str) -> JwsFault {
        let fault = verify_agent_token(token, &self.orgs, AUDIENCE, self.golden.moment(0)).map(|_| ());
        self.refused += 1;
        fault.expect_err(what)
    }

    /// The right claims below another header, signed well.
    #[track_caller]
    fn refuses_header(&mut self, header: &str) {
        let token = self.golden.sign(header, &self.golden.claims.to_string());
        assert_eq!(self.refuses(header, &token), JwsFault::Header, "{header}");
    }

    /// The right header above other claims, signed well.
    #[track_caller]
    fn refuses_claims(&mut self, claims: &str) -> JwsFault {
        let token = self.golden.sign(&self.golden.header.to_string(), claims);
        self.refuses(claims, &token)
    }
}

#[test]
fn one_changed_character_anywhere_is_refused() {
    let mut trial = Trial::new();
    let token = trial.golden.token.clone();
    for place in 0..token.len() {
        for letter in [b'A', b'g', b'_', b'.', b'=', b' '] {
            if token.as_bytes()[place] != letter {
                let mut changed = token.clone().into_bytes();
                changed[place] = letter;
                trial.refuses(&format!("{place}: {letter}"), std::str::from_utf8(&changed).unwrap());
            }
        }
        trial.refuses("one missing", &format!("{}{}", &token[..place], &token[place + 1..]));
        trial.refuses("cut", &token[..place]);
    }
    println!("{} changed tokens refused", trial.refused);
}

#[test]
fn one_changed_byte_of_any_part_is_refused() {
    let mut trial = Trial::new();
    let parts = trial.golden.parts().map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    for part in 0..3 {
        for place in 0..parts[part].len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut changed = parts.clone();
                changed[part][place] ^= bit;
                trial.refuses(&format!("part {part}, byte {place}"), &changed.map(encode).join("."));
            }
        }
    }
    println!("{} changed bytes refused", trial.refused);
}

#[test]
fn no_other_algorithm_is_spoken() {
    let mut trial = Trial::new();
    let claims = trial.golden.claims.to_string();
    for alg in
        ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "ES256", "EdDSA"]
    {
        trial.refuses_header(&json!({ "alg": alg, "typ": "JWT" }).to_string());
        let unsigned = format!("{}.{}.", encode(json!({ "alg": alg }).to_string()), encode(&claims));
        assert_eq!(trial.refuses(alg, &unsigned), JwsFault::Header);
    }
    let header = trial.golden.header.to_string();
    let no_signature = format!("{}.{}.", encode(&header), encode(&claims));
    assert_eq!(trial.refuses("RS256 without signature", &no_signature), JwsFault::Signature);
    let key = trial.golden.key();
    let others: [&'static dyn RsaEncoding; 3] =
        [&signature::RSA_PKCS1_SHA384, &signature::RSA_PKCS1_SHA512, &signature::RSA_PSS_SHA256];
    for how in others {
        let token = signed_by(&key, how, &header, &claims);
        assert_eq!(trial.refuses("the right key, another way", &token), JwsFault::Signature);
    }
    let foreign = signed_by(&foreign_key(), &signature::RSA_PKCS1_SHA256, &header, &claims);
    assert_eq!(trial.refuses("another key", &foreign), JwsFault::Signature);
}

fn foreign_key() -> RsaKeyPair {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap()
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let mut trial = Trial::new();
    let pem = trial.golden.certificate_pem.clone();
    let key = trial.golden.key();
    let spki: Vec<u8> = key.public_key().as_der().unwrap().as_ref().to_vec();
    let spki_pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&spki));
    let secrets: [Vec<u8>; 8] = [
        pem.clone().into_bytes(),
        pem.trim().as_bytes().to_vec(),
        der_of(&pem),
        key.public_key().as_ref().to_vec(),
        spki,
        spki_pem.into_bytes(),
        key.public_key().modulus().big_endian_without_leading_zero().to_vec(),
        Vec::new(),
    ];
    for secret in secrets {
        for (alg, how) in [("HS256", hmac::HMAC_SHA256), ("RS256", hmac::HMAC_SHA256), ("HS512", hmac::HMAC_SHA512)] {
            let header = json!({ "alg": alg, "typ": "JWT" }).to_string();
            let input = format!("{}.{}", encode(header), encode(trial.golden.claims.to_string()));
            let tag = hmac::sign(&hmac::Key::new(how, &secret), input.as_bytes());
            trial.refuses(alg, &format!("{input}.{}", encode(tag)));
        }
    }
}

#[test]
fn a_header_says_rs256_and_nothing_that_could_matter() {
    let mut trial = Trial::new();
    for member in [
        r#""jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        r#""jku":"https://evil.example/keys""#,
        r#""x5u":"https://evil.example/certificate""#,
        r#""x5c":["AAAA"]"#,
        r#""x5t":"AAAA""#,
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""b64":false,"crit":["b64"]"#,
        r#""zip":"DEF""#,
        r#""cty":"JWT""#,
        r#""enc":"A256GCM""#,
        r#""typ":"at+jwt""#,
        r#""typ":7"#,
        r#""kid":7"#,
        r#""alg":"RS256""#,
        r#""alg":"none""#,
    ] {
        trial.refuses_header(&format!(r#"{{"alg":"RS256",{member}}}"#));
        trial.refuses_header(&format!(r#"{{{member},"alg":"RS256"}}"#));
    }
    for header in [
        "",
        "{}",
        "null",
        r#""RS256""#,
        r#"["RS256"]"#,
        r#"["RS256","JWT"]"#,
        r#"{"alg":["RS256"]}"#,
        r#"{"alg":null}"#,
        r#"{"alg":1}"#,
        r#"{"alg":" RS256"}"#,
        r#"{"alg":"rs256"}"#,
        "{\"alg\":\"RS256\\u0000\"}",
        r#"{"Alg":"RS256"}"#,
        r#"{"alg":"RS256"}{"alg":"none"}"#,
        r#"{"alg":"RS256""#,
    ] {
        trial.refuses_header(header);
    }
    let foreign = foreign_key();
    let modulus = encode(foreign.public_key().modulus().big_endian_without_leading_zero());
    let header = json!({ "alg": "RS256", "jwk": { "kty": "RSA", "e": "AQAB", "n": modulus } }).to_string();
    let claims = trial.golden.claims.to_string();
    let token = signed_by(&foreign, &signature::RSA_PKCS1_SHA256, &header, &claims);
    assert_eq!(trial.refuses("a key that the token brings along", &token), JwsFault::Header);
}

#[test]
fn claims_stand_there_once_and_have_their_type() {
    let mut trial = Trial::new();
    let claims = trial.golden.claims.clone();
    for (name, value) in claims.as_object().unwrap() {
        let text = claims.to_string();
        let twice = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
        assert_eq!(trial.refuses_claims(&twice), JwsFault::Claims, "{name} twice");
        let escaped = format!("{},\"\\u{:04x}{}\":{value}}}", &text[..text.len() - 1], name.as_bytes()[0], &name[1..]);
        assert_eq!(trial.refuses_claims(&escaped), JwsFault::Claims, "{name} twice, once escaped");
        let mut without = claims.clone();
        without.as_object_mut().unwrap().remove(name);
        trial.refuses_claims(&without.to_string());
    }
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    for change in [
        json!({ "exp": exp.to_string() }),
        json!({ "exp": f64::from(u32::try_from(exp).unwrap()) + 0.5 }),
        json!({ "exp": i64::MAX }),
        json!({ "exp": u64::MAX }),
        json!({ "exp": -1 }),
        json!({ "exp": true }),
        json!({ "exp": [exp] }),
        json!({ "exp": iat }),
        json!({ "exp": iat + 301 }),
        json!({ "iat": iat - 1 }),
        json!({ "iat": iat.to_string() }),
        json!({ "iat": i64::MIN }),
        json!({ "iat": iat + 3_600, "exp": exp + 3_600 }),
        json!({ "iat": iat - 3_600, "exp": exp - 3_600 }),
        json!({ "iss": "" }),
        json!({ "iss": [claims["iss"]] }),
        json!({ "iss": "00D000000000062EAB" }),
        json!({ "sub": "00D000000000062EAA" }),
        json!({ "sub": "00500000000000\u{131}" }),
        json!({ "aud": [AUDIENCE] }),
        json!({ "aud": format!("{AUDIENCE}/") }),
        json!({ "aud": AUDIENCE.to_uppercase() }),
        json!({ "perms": "Casegate_Open_Files" }),
        json!({ "perms": [1] }),
        json!({ "perms": { "Casegate_Open_Files": true } }),
        json!({ "jti": "" }),
        json!({ "jti": "x".repeat(129) }),
        json!({ "jti": 1 }),
        json!({ "case": "500000000000001AAB" }),
        json!({ "case": "" }),
        json!({ "case": ["500000000000001AAA"] }),
        json!({ "cases": ["500000000000002"] }),
        json!({ "case": null, "cases": [] }),
        json!({ "case": null, "cases": vec!["500000000000001AAA"; 201] }),
        json!({ "case": null, "setup": false }),
        json!({ "case": null, "setup": "true" }),
        json!({ "setup": true }),
    ] {
        let text = trial.golden.claims_with(&change);
        trial.refuses_claims(&text);
    }
    let (short, long) = (format!("{}", claims["iss"]), claims.to_string());
    let in_order = ["iss", "sub", "aud", "perms", "iat", "exp", "jti", "case"].map(|name| claims[name].clone());
    for text in [
        "",
        "null",
        "[]",
        "{",
        "{}",
        &short,
        &long[..long.len() - 1],
        &format!("{long}{long}"),
        &json!(in_order).to_string(),
    ] {
        assert_eq!(trial.refuses_claims(text), JwsFault::Claims, "{text}");
    }
    println!("{} sets of claims refused", trial.refused);
}

#[test]
fn only_the_compact_form_is_read() {
    let mut trial = Trial::new();
    let token = trial.golden.token.clone();
    let [header, claims, signature] = trial.golden.parts().map(str::to_owned);
    let whole = format!("{header}.{claims}.{signature}");
    let json_form = json!({ "protected": header, "payload": claims, "signature": signature }).to_string();
    for (what, text) in [
        ("nothing", String::new()),
        ("dots alone", "..".to_owned()),
        ("a dot behind", format!("{token}.")),
        ("a dot before", format!(".{token}")),
        ("a part more", format!("{token}.{signature}")),
        ("a part twice", format!("{header}.{header}.{claims}.{signature}")),
        ("five parts", format!("{token}.{claims}.{signature}")),
        ("a part less", format!("{header}.{claims}")),
        ("an empty part between", format!("{header}..{claims}.{signature}")),
        ("padding of the header", format!("{header}=.{claims}.{signature}")),
        ("padding of the claims", format!("{header}.{claims}==.{signature}")),
        ("padding of the signature", format!("{token}==")),
        ("a space before", format!(" {token}")),
        ("a space behind", format!("{token} ")),
        ("a line break behind", format!("{token}\n")),
        ("a line break between", whole.replacen('.', ".\n", 1)),
        ("a tab between", whole.replacen('.', "\t.", 1)),
        ("a NUL behind", format!("{token}\0")),
        ("a byte order mark", format!("\u{feff}{token}")),
        ("the other alphabet", token.replace('-', "+").replace('_', "/")),
        ("the JSON form", json_form),
        ("two tokens", format!("{token}{token}")),
        ("two tokens with a comma", format!("{token},{token}")),
        ("a token too long to look at", format!("{token}{}", "A".repeat(LONGEST))),
        ("a signature too short", format!("{header}.{claims}.{}", &signature[..signature.len() - 4])),
        ("a signature too long", format!("{token}AAAA")),
    ] {
        trial.refuses(what, &text);
    }
    // The last character of 256 bytes carries four bits that mean nothing.
    let last = token.as_bytes()[token.len() - 1];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for other in alphabet.iter().filter(|other| **other != last) {
        trial.refuses("other bits at the end", &format!("{}{}", &token[..token.len() - 1], char::from(*other)));
    }
}
