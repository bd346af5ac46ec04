// The options that name a mailbox and say how to log in and connect, for every tool that opens one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "migration/mailbox.hpp"

namespace mbx::cli {

/// A mailbox is named by a URL operand, or by --server and --alias through servers.conf(5). Options
/// take the place of what a server's section says.
///
///     void declare(OptionSet& options) override { mailbox_.declare(options); }
///     void check(std::vector<std::string> operands) override {
///         mailbox_.take_operand(operands, 0, "SOURCE");
///         expect_operands(operands, {"FILE.pst"});
///     }
///     ... run: const migration::Mailbox mailbox = mailbox_.resolve();
class MailboxOptions {
  public:
    /// Groups "Mailbox options" and "Connection options".
    void declare(OptionSet& options);

    /// Takes the URL out of `operands` at `place`, unless --server names the mailbox, and checks
    /// the options against each other. `name` is what the operand is called in errors. Throws
    /// Error(Usage).
    void take_operand(std::vector<std::string>& operands, std::size_t place,
                      const std::string& name);

    /// Reads servers.conf when --server is given, and fetches the secret: commands are run with
    /// MBX_SERVER, MBX_ALIAS, MBX_USER and MBX_HOST in their environment. connect.user is then who
    /// logs in, and the URL's user whose mailbox it is. Pre: take_operand().
    /// Throws Error: BadConfig, NoInput, NotAllowed as migration::fetch_secrets.
    migration::Mailbox resolve() const;

    /// As resolve(), without the secret.
    migration::Mailbox resolve_without_secret() const;

  private:
    void override_profile(migration::Mailbox& mailbox) const;

    std::string url_;
    std::optional<std::string> server_;
    std::optional<std::string> alias_;
    std::optional<std::string> servers_file_;
    std::optional<std::string> user_;
    std::optional<std::string> authorization_id_;
    std::optional<std::string> mechanism_;
    migration::SecretSources secrets_;
    std::string token_command_;
    std::string tls_;
    bool no_verify_ = false;
    bool no_compress_ = false;
    std::optional<std::string> ca_file_;
    std::optional<std::string> client_certificate_;
    std::optional<std::string> client_key_;
    std::optional<std::string> proxy_;
    std::optional<unsigned> timeout_s_;
    std::optional<std::string> trace_file_;
};

/// Where servers.conf is looked for: $MBX_SERVERS, else the first that exists of
/// $XDG_CONFIG_HOME/mbx-tools/servers.conf (~/.config) and /etc/mbx-tools/servers.conf.
std::string default_servers_file();

}  // namespace mbx::cli
