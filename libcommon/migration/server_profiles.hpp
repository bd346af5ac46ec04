// servers.conf: how to reach a mailbox on each server that a recipient list names. See
// servers.conf(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "migration/mailbox.hpp"

namespace mbx::migration {

/// One section. url, user, authorization_id, the password file and the commands hold {alias}.
struct ServerProfile {
    std::string name;
    std::string url;
    std::string user;
    std::string authorization_id;
    store::ConnectOptions connect;
    SecretSources secrets;
    std::map<mail::SpecialUse, mail::FolderPath> folders;
};

class ServerProfiles {
  public:
    /// Throws Error: NoInput (cannot be read), BadConfig with "FILE:LINE" as place (what is wrong,
    /// unknown keys with what may have been meant).
    static ServerProfiles read(const std::string& path);
    /// `path` is used in errors only.
    static ServerProfiles parse(std::string_view text, const std::string& path);

    /// Without regard to case. Throws Error(NoInput), with what may have been meant.
    const ServerProfile& find(std::string_view name) const;
    const std::vector<ServerProfile>& all() const noexcept { return profiles_; }

  private:
    std::string path_;
    std::vector<ServerProfile> profiles_;
};

/// The mailbox of an alias on a server. In the path of a URL the alias is one name: throws
/// Error(BadData) for an alias that would be another folder ("../x", "a/b", ".x"), or that holds
/// control characters or nothing. In commands {alias} becomes ${MBX_ALIAS}: the caller sets that
/// variable.
Mailbox mailbox_of(const ServerProfile& profile, std::string_view alias);

/// Whether the alias can be the name of one file or folder: not empty, no slash, no leading dot, no
/// control characters, at most 200 bytes.
bool is_plain_name(std::string_view alias) noexcept;

}  // namespace mbx::migration
