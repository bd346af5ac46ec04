// One mailbox to open: where it is, how to log in, and where its secret comes from.
#pragma once

#include <map>
#include <string>

#include "mail/folder_name.hpp"
#include "store/mail_store.hpp"
#include "store/mailbox_url.hpp"

namespace mbx::migration {

/// Where a password or token is to be found. The first that is set is asked, in this order; when
/// none is set, the netrc. Secrets themselves are never kept here.
struct SecretSources {
    std::string password_command;      ///< run with sh -c; first line of its output
    std::string password_file;         ///< mode 0600; first line
    bool one_users_file = false;       ///< the password file is named after the alias
    std::string password_environment;  ///< name of a variable
    std::string token_environment;     ///< name of a variable that holds an OAuth 2 token
    std::string netrc_file;            ///< asked only when it exists; mode 0600
};

struct Mailbox {
    store::MailboxUrl url;
    store::ConnectOptions connect;  ///< without secrets until fetch_secrets()
    SecretSources secrets;
    std::map<mail::SpecialUse, mail::FolderPath> folders;  ///< names that differ from the usual
};

/// Fills connect.password or connect.oauth_token of a mailbox on a server; does nothing for kinds
/// on disk, when a token command is set (the store runs it when it needs one), and when the SASL
/// mechanism is EXTERNAL, GSSAPI or ANONYMOUS. Throws Error: NotAllowed (there is no
/// secret for this user), BadConfig (there can be none for anybody: a command that is the same for
/// all fails, a file is missing or open to others, a variable is not set).
void fetch_secrets(Mailbox& mailbox);

}  // namespace mbx::migration
