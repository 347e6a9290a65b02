//! What an admin is told: what to enter in Setup, how to get a token, what is left to do.

use super::{Particulars, key_pair};

/// Step by step, with this Org's own values.
pub(super) fn what_to_enter(particulars: &Particulars) -> String {
    let Particulars { folder, base_url, .. } = particulars;
    format!(
        "\
1. The package: sf project deploy start --manifest manifest/package.xml

2. Setup, Certificate and Key Management, Create Self-Signed Certificate
     Label and Unique Name     Casegate_Agent_Token
     Exportable Private Key    off
     Key Size                  2048
   Download it. If it does not begin with -----BEGIN CERTIFICATE-----:
     openssl x509 -inform der -in Casegate_Agent_Token.crt -out agent.crt

3. Setup, Custom Metadata Types, Casegate Setting, Manage Records, Default
     BaseUrl and Audience      {base_url}
     Certificate               Casegate_Agent_Token

4. Setup, Trusted URLs, New
     API Name                  Casegate
     URL                       {base_url}
     CSP Context               Lightning Experience Pages
     CSP Directives            connect-src only

5. An integration user: licence Salesforce Integration, profile Minimum Access - API Only Integrations
     Permission sets           Casegate Integration
                               one of your own with Read and View All on Case, and nothing else

6. Setup, External Client App Manager, New External Client App
     Distribution State        Local
     Callback URL              https://localhost/ (required, not used)
     OAuth Scopes              api; refresh_token, offline_access. Nothing else
     Enable JWT Bearer Flow    on, with the certificate {}
   Then, under Policies
     Permitted Users           Admin approved users are pre-authorized
     Permission Sets           Casegate Integration
   A new app takes up to ten minutes until it works.

",
        key_pair::certificate_file(folder).display()
    )
}

/// The token never appears on a command line, where others could read it.
pub(super) fn how_to_mint_a_token() -> &'static str {
    "\
7. As an agent who has Casegate Agent, in the Developer Console, Execute Anonymous, with the id of a Case:
     System.debug(FileRequestController.mintToken('500...').token);
   Save the token from the debug log in a file. It is good for five minutes, for that Case only."
}

/// The section of the configuration, and what cannot be seen from here.
pub(super) fn what_is_left(particulars: &Particulars) -> String {
    let Particulars { folder, instance_url, sandbox, namespace_prefix, .. } = particulars;
    let lightning = instance_url.replace(".my.salesforce.com", ".lightning.force.com");
    let agent = particulars.agent_certificate.as_deref().unwrap_or(folder).display();
    format!(
        "\
Everything that can be seen from here is right. Only a browser shows the whole: open a Case with the Casegate panel; if
the panel says that Casegate does not answer, look at the Trusted URL of step 4. Enter in casegate.toml:

[[org]]
org_id = \"\"                     # Setup, Company Information
instance_url = \"{instance_url}\"
client_id = \"{}\"
username = \"{}\"
audience = \"{}\"
private_key_file = \"{}\"
agent_certificate_files = [\"{agent}\"]
lightning_origins = [\"{lightning}\"]
namespace_prefix = \"{namespace_prefix}\"
sandbox = {sandbox}
",
        particulars.client_id(),
        particulars.username(),
        particulars.audience(),
        key_pair::key_file(folder).display(),
    )
}
