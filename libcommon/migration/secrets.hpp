// Secrets from where they may lie: a file that nobody else can read, a netrc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mbx::migration {

/// The first line of a file. Throws Error: NoInput (missing), NotAllowed (may not be read),
/// BadConfig (group or others may read or write it, or it is empty or beyond 64 KiB).
std::string secret_from_file(const std::string& path);

struct NetrcLogin {
    std::string user;
    std::string password;
};

/// Looks a host up in the text of a netrc file (netrc(5); "default" matches every host). `user`
/// empty: the first login of that host. Later entries of the same host are tried when the user
/// differs.
std::optional<NetrcLogin> find_in_netrc(std::string_view text, std::string_view host,
                                        std::string_view user);

}  // namespace mbx::migration
