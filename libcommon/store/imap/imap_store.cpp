#include "store/imap/imap_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/imap/append_writer.hpp"
#include "store/imap/fetch_stream.hpp"
#include "store/imap/mailbox_names.hpp"
#include "store/imap/mailbox_table.hpp"
#include "store/imap/session.hpp"

namespace mbx::store::imap {
namespace {

constexpr int kConnectAttempts = 4;
constexpr std::size_t kMostIdle = 2;
constexpr std::chrono::milliseconds kFirstPause{500};

/// First line of what a command prints. The command is the user's own, from the command line or
/// servers.conf.
std::string first_line_of(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "re"), &::pclose);
    if (!pipe) {
        throw Error(ErrorCode::BadConfig, "cannot run the token command");
    }
    std::string line;
    for (int c = std::fgetc(pipe.get()); c != EOF && c != '\n'; c = std::fgetc(pipe.get())) {
        line += static_cast<char>(c);
    }
    while (std::fgetc(pipe.get()) != EOF) {
    }
    if (::pclose(pipe.release()) != 0 || base::trim(line).empty()) {
        throw Error(ErrorCode::NotAllowed, "the token command failed or printed nothing");
    }
    return std::string(base::trim(line));
}

struct Namespace {
    std::string prefix;
    char separator = '/';
};

char separator_of(const Element& element) {
    return element.text.empty() ? '\0' : element.text[0];
}

/// The kinds of namespace in a NAMESPACE response (RFC 2342): personal, other users', shared.
std::vector<std::vector<Namespace>> namespaces_of(const Response& response) {
    std::vector<std::vector<Namespace>> kinds;
    for (const Element& kind : response.data) {
        std::vector<Namespace>& spaces = kinds.emplace_back();
        for (const Element& space : kind.items) {
            if (space.items.size() >= 2) {
                spaces.push_back({space.items[0].text, separator_of(space.items[1])});
            }
        }
    }
    return kinds;
}

/// Pre: a LIST response of three elements or more.
ListedMailbox mailbox_from(const Response& response) {
    ListedMailbox mailbox;
    mailbox.separator = separator_of(response.data[1]);
    mailbox.name = response.data[2].text;
    mailbox.folder.subscribed = false;
    for (const Element& attribute : response.data[0].items) {
        if (attribute.is_atom("\\Noselect") || attribute.is_atom("\\NonExistent")) {
            mailbox.folder.selectable = false;
        } else if (attribute.is_atom("\\Subscribed")) {
            mailbox.folder.subscribed = true;
        } else if (const auto use = mail::special_use_from_attribute(attribute.text);
                   use != mail::SpecialUse::None &&
                   mailbox.folder.special_use == mail::SpecialUse::None) {
            mailbox.folder.special_use = use;
        }
    }
    return mailbox;
}

/// MESSAGES of a STATUS response that was asked for nothing else.
std::optional<std::uint64_t> count_in(const Response& response) {
    if (response.data.size() < 2 || response.data[1].items.size() < 2) {
        return std::nullopt;
    }
    return response.data[1].items[1].number();
}

/// Makes sessions, with pauses in between when the server cannot take one now.
class Connector final : public SessionPool {
  public:
    Connector(MailboxUrl url, ConnectOptions options, base::Diagnostics& diagnostics,
              const base::StopFlag& stop)
        : url_(std::move(url)),
          options_(std::move(options)),
          diagnostics_(diagnostics),
          stop_(stop) {}

    std::unique_ptr<Session> take() override {
        if (idle_.empty()) {
            return connect();
        }
        std::unique_ptr<Session> session = std::move(idle_.back());
        idle_.pop_back();
        return session;
    }

    void give_back(std::unique_ptr<Session> session) override {
        if (idle_.size() < kMostIdle) {
            idle_.push_back(std::move(session));
        }
    }

    std::unique_ptr<Session> connect() {
        std::chrono::milliseconds pause = kFirstPause;
        for (int attempt = 1;; ++attempt) {
            try {
                if (!options_.token_command.empty()) {
                    options_.oauth_token = first_line_of(options_.token_command);
                }
                auto session = std::make_unique<Session>(url_, options_, diagnostics_, stop_);
                succeeded_ = true;
                return session;
            } catch (const Error& error) {
                // The first connection fails at once: a wrong name or port does not get better by
                // waiting.
                const bool may_pass = error.code() == ErrorCode::TryAgain ||
                                      (error.code() == ErrorCode::Unavailable && succeeded_);
                if (!may_pass || attempt == kConnectAttempts || stop_.requested()) {
                    throw;
                }
            }
            std::this_thread::sleep_for(pause);
            pause *= 2;
        }
    }

  private:
    MailboxUrl url_;
    ConnectOptions options_;
    base::Diagnostics& diagnostics_;
    const base::StopFlag& stop_;
    bool succeeded_ = false;
    std::vector<std::unique_ptr<Session>> idle_;
};

class ImapStore final : public MailStore {
  public:
    ImapStore(const MailboxUrl& url, const ConnectOptions& options, base::Diagnostics& diagnostics,
              const base::StopFlag& stop)
        : connector_(std::make_shared<Connector>(url, options, diagnostics, stop)),
          diagnostics_(diagnostics) {
        connect();
        read_namespace();
    }

    std::vector<StoreFolder> folders() override;
    std::unique_ptr<MessageStream> messages(const mail::FolderPath& folder) override {
        require_folder(folder);
        return fetch_messages(connector_, mailbox_name(folder), diagnostics_);
    }
    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override;
    void create_folder(const mail::FolderPath& folder, mail::SpecialUse use) override;
    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        return append_messages(connector_, mailbox_name(folder), diagnostics_);
    }
    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return possible_path(folder, rules_);
    }
    StoreLimits limits() const override { return limits_; }

  private:
    void connect();
    void read_namespace();
    void read_separator();
    /// Calls `ask`, and once more over a new connection when the server has closed this one, as it
    /// may do while a long folder is copied over another. What is asked may be asked twice.
    template <typename Ask>
    auto with_session(Ask ask);
    std::vector<StoreFolder> list_folders();
    void require_folder(const mail::FolderPath& folder);
    std::string mailbox_name(const mail::FolderPath& folder) const;
    std::vector<ListedMailbox> list(const std::string& pattern);
    bool is_foreign(std::string_view mailbox) const;
    void read_subscriptions(MailboxTable& table);
    void count_messages(MailboxTable& table);
    std::optional<std::uint64_t> count_of(const std::string& mailbox);
    void create_one(const std::string& mailbox, mail::SpecialUse use);
    Response try_to_create(const std::string& mailbox, mail::SpecialUse use);
    void refuse_other_spelling(const std::string& mailbox);

    std::shared_ptr<Connector> connector_;
    base::Diagnostics& diagnostics_;
    std::unique_ptr<Session> session_;
    NameRules rules_;
    std::vector<std::string> other_prefixes_;    // of the user's own namespaces
    std::vector<std::string> foreign_prefixes_;  // of other users, and shared
    StoreLimits limits_;
    MailboxTable table_;             // as last listed
    std::set<std::string> created_;  // mailboxes known to be there
};

void ImapStore::connect() {
    session_ = connector_->connect();
    const std::string limit = session_->capability_value("APPENDLIMIT");
    std::uint64_t bytes = 0;
    if (std::from_chars(limit.data(), limit.data() + limit.size(), bytes).ec == std::errc() &&
        !limit.empty()) {
        limits_.largest_message = bytes;
    }
}

template <typename Ask>
auto ImapStore::with_session(Ask ask) {
    try {
        return ask();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unavailable) {
            throw;
        }
    }
    connect();
    return ask();
}

void ImapStore::read_namespace() {
    rules_.utf8 = session_->utf8_enabled();
    rules_.strict_names =
        base::ascii_lower(session_->server_name()).find("cyrus") != std::string::npos;
    std::vector<std::vector<Namespace>> kinds;  // personal, other users', shared
    if (session_->has("NAMESPACE")) {
        session_->run("NAMESPACE", [&](const Response& response) {
            if (response.name == "NAMESPACE") {
                kinds = namespaces_of(response);
            }
        });
    }
    if (kinds.empty() || kinds.front().empty()) {
        read_separator();
        return;
    }
    rules_.prefix = kinds.front().front().prefix;
    rules_.separator = kinds.front().front().separator;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
        for (const Namespace& space : kinds[kind]) {
            if (space.prefix != rules_.prefix) {
                (kind == 0 ? other_prefixes_ : foreign_prefixes_).push_back(space.prefix);
            }
        }
    }
}

void ImapStore::read_separator() {
    session_->run("LIST \"\" \"\"", [&](const Response& response) {
        if (response.name == "LIST" && response.data.size() >= 3) {
            rules_.separator = separator_of(response.data[1]);
        }
    });
}

std::string ImapStore::mailbox_name(const mail::FolderPath& folder) const {
    const std::string* const listed = table_.name_of(folder);
    return listed != nullptr ? *listed : mailbox_of(folder, rules_);
}

/// "Other Users/" and all below it, though not what is the user's own: "" may be a prefix of the
/// shared folders.
bool ImapStore::is_foreign(std::string_view mailbox) const {
    const auto is_below = [&](const std::string& prefix) {
        const std::string_view root = std::string_view(prefix).substr(0, prefix.size() - 1);
        return !prefix.empty() && !rules_.prefix.starts_with(prefix) &&
               (mailbox.starts_with(prefix) || mailbox == root);
    };
    return std::any_of(foreign_prefixes_.begin(), foreign_prefixes_.end(), is_below);
}

std::vector<ListedMailbox> ImapStore::list(const std::string& pattern) {
    std::string command = "LIST \"\" " + quoted(pattern);
    if (session_->has("LIST-EXTENDED")) {
        command += session_->has("SPECIAL-USE") ? " RETURN (SUBSCRIBED SPECIAL-USE)"
                                                : " RETURN (SUBSCRIBED)";
    }
    std::vector<ListedMailbox> mailboxes;
    session_->require(command, [&](const Response& response) {
        if (response.name == "LIST" && response.data.size() >= 3) {
            mailboxes.push_back(mailbox_from(response));
        }
    });
    return mailboxes;
}

std::vector<StoreFolder> ImapStore::folders() {
    return with_session([&] { return list_folders(); });
}

std::vector<StoreFolder> ImapStore::list_folders() {
    std::vector<ListedMailbox> listed = list(rules_.prefix + "*");
    std::vector<std::string> patterns = other_prefixes_;
    for (std::string& pattern : patterns) {
        pattern += '*';
    }
    // "INBOX.*" does not match INBOX itself.
    patterns.emplace_back("INBOX");
    for (const std::string& pattern : patterns) {
        for (ListedMailbox& mailbox : list(pattern)) {
            listed.push_back(std::move(mailbox));
        }
    }
    listed.erase(std::remove_if(listed.begin(), listed.end(),
                                [&](const ListedMailbox& m) { return is_foreign(m.name); }),
                 listed.end());
    table_ = MailboxTable(std::move(listed), rules_, diagnostics_);
    if (!session_->has("LIST-EXTENDED")) {
        read_subscriptions(table_);
    }
    count_messages(table_);
    return table_.folders();
}

void ImapStore::read_subscriptions(MailboxTable& table) {
    session_->run("LSUB \"\" " + quoted("*"), [&](const Response& response) {
        if (response.name == "LSUB" && response.data.size() >= 3) {
            if (StoreFolder* const folder = table.find(response.data[2].text)) {
                folder->subscribed = true;
            }
        }
    });
}

void ImapStore::count_messages(MailboxTable& table) {
    std::map<std::string, std::string> mailboxes;  // by the tag of the question
    for (const StoreFolder& folder : table.folders()) {
        if (folder.selectable) {
            const std::string& mailbox = *table.name_of(folder.path);
            mailboxes.emplace(session_->send(fmt::format("STATUS {} (MESSAGES)", quoted(mailbox))),
                              mailbox);
        }
    }
    std::optional<std::uint64_t> count;
    while (!mailboxes.empty()) {
        const Response response = session_->read();
        if (response.name == "STATUS") {
            count = count_in(response);
        } else if (const auto asked = mailboxes.find(response.tag); asked != mailboxes.end()) {
            table.find(asked->second)->message_count = std::exchange(count, std::nullopt);
            mailboxes.erase(asked);
        }
    }
}

std::optional<std::uint64_t> ImapStore::message_count(const mail::FolderPath& folder) {
    return with_session([&] { return count_of(mailbox_name(folder)); });
}

std::optional<std::uint64_t> ImapStore::count_of(const std::string& mailbox) {
    std::optional<std::uint64_t> count;
    const Response answer = session_->run(fmt::format("STATUS {} (MESSAGES)", quoted(mailbox)),
                                          [&](const Response& response) {
                                              if (response.name == "STATUS") {
                                                  count = count_in(response);
                                              }
                                          });
    if (answer.status == Status::Ok) {
        return count;
    }
    const Error failure = Session::failure(answer, "STATUS");
    // Most servers say NO in words of their own for a mailbox that is not there.
    if (failure.code() == ErrorCode::NoInput || failure.code() == ErrorCode::BadData) {
        return std::nullopt;
    }
    throw failure;
}

void ImapStore::require_folder(const mail::FolderPath& folder) {
    if (!message_count(folder)) {
        throw Error(ErrorCode::NoInput, "no such folder").with_place(mail::to_string(folder));
    }
}

void ImapStore::create_folder(const mail::FolderPath& folder, mail::SpecialUse use) {
    for (std::size_t depth = 1; depth <= folder.size(); ++depth) {
        const mail::FolderPath part(folder.begin(),
                                    folder.begin() + static_cast<std::ptrdiff_t>(depth));
        const std::string mailbox = mailbox_name(part);
        if (!created_.contains(mailbox)) {
            const auto its_use = depth == folder.size() ? use : mail::SpecialUse::None;
            with_session([&] { create_one(mailbox, its_use); });
            created_.insert(mailbox);
        }
    }
}

void ImapStore::create_one(const std::string& mailbox, mail::SpecialUse use) {
    if (mailbox != "INBOX") {
        const Response answer = try_to_create(mailbox, use);
        if (answer.status != Status::Ok) {
            if (answer.code.name != "ALREADYEXISTS" && !count_of(mailbox)) {
                const Error failure = Session::failure(answer, "to make the folder");
                throw Error(failure.code() == ErrorCode::NotAllowed ? failure.code()
                                                                    : ErrorCode::CannotCreate,
                            failure.text(), failure.hint())
                    .with_place(base::escape(mailbox));
            }
            refuse_other_spelling(mailbox);
        }
    }
    session_->run("SUBSCRIBE " + quoted(mailbox));
}

Response ImapStore::try_to_create(const std::string& mailbox, mail::SpecialUse use) {
    const std::string command = "CREATE " + quoted(mailbox);
    const std::string_view attribute = mail::attribute_of(use);
    if (!attribute.empty() && session_->has("CREATE-SPECIAL-USE")) {
        const Response answer = session_->run(fmt::format("{} (USE ({}))", command, attribute));
        if (answer.status == Status::Ok) {
            return answer;
        }
        // Another folder may have that use, or nobody may give it: the folder counts more.
    }
    return session_->run(command);
}

/// Servers for which "Sent" and "SENT" are one (Exchange) say that the folder is there. It is
/// another one's: two folders never become one unasked.
void ImapStore::refuse_other_spelling(const std::string& mailbox) {
    if (table_.find(mailbox) != nullptr) {
        return;
    }
    const std::vector<ListedMailbox> near = list(mailbox);
    const bool itself = std::any_of(near.begin(), near.end(), [&](const ListedMailbox& there) {
        return there.name == mailbox;
    });
    for (const ListedMailbox& there : near) {
        if (!itself && base::fold_case(there.name) == base::fold_case(mailbox)) {
            throw Error(
                ErrorCode::CannotCreate,
                fmt::format("the server takes it for its folder '{}'", base::escape(there.name)))
                .with_place(base::escape(mailbox));
        }
    }
}

}  // namespace

std::unique_ptr<MailStore> open_imap_store(const MailboxUrl& url, const ConnectOptions& options,
                                           base::Diagnostics& diagnostics,
                                           const base::StopFlag& stop) {
    return std::make_unique<ImapStore>(url, options, diagnostics, stop);
}

}  // namespace mbx::store::imap
