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
        return fetch_messages(connector_, mailbox_of(folder, rules_), diagnostics_);
    }
    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override;
    void create_folder(const mail::FolderPath& folder, mail::SpecialUse use) override;
    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        return append_messages(connector_, mailbox_of(folder, rules_), diagnostics_);
    }
    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return possible_path(folder, rules_);
    }
    StoreLimits limits() const override { return limits_; }

  private:
    void connect();
    void read_namespace();
    /// The session, alive: a server may have closed it while a long folder was copied over another
    /// connection.
    Session& session();
    void require_folder(const mail::FolderPath& folder);
    std::vector<StoreFolder> list(std::string_view command);
    std::optional<StoreFolder> folder_from(const Response& response) const;
    void count_messages(std::vector<StoreFolder>& folders);
    void create_one(const std::string& mailbox, mail::SpecialUse use);

    std::shared_ptr<Connector> connector_;
    base::Diagnostics& diagnostics_;
    std::unique_ptr<Session> session_;
    NameRules rules_;
    StoreLimits limits_;
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

Session& ImapStore::session() {
    try {
        session_->require("NOOP");
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unavailable) {
            throw;
        }
        connect();
    }
    return *session_;
}

void ImapStore::read_namespace() {
    rules_.utf8 = session_->has("ENABLE") && session_->has("UTF8=ACCEPT");
    bool known = false;
    const auto take = [&](const Response& response) {
        if (response.name != "NAMESPACE" || response.data.empty() ||
            response.data[0].items.empty()) {
            return;
        }
        const Element& personal = response.data[0].items[0];
        if (personal.items.size() >= 2) {
            rules_.prefix = personal.items[0].text;
            rules_.separator = personal.items[1].text.empty() ? '\0' : personal.items[1].text[0];
            known = true;
        }
    };
    if (session_->has("NAMESPACE")) {
        session_->run("NAMESPACE", take);
    }
    if (!known) {
        session_->run("LIST \"\" \"\"", [&](const Response& response) {
            if (response.name == "LIST" && response.data.size() >= 3) {
                rules_.separator = response.data[1].text.empty() ? '\0' : response.data[1].text[0];
            }
        });
    }
}

std::optional<StoreFolder> ImapStore::folder_from(const Response& response) const {
    if (response.name != "LIST" || response.data.size() < 3) {
        return std::nullopt;
    }
    const std::optional<mail::FolderPath> path = path_of(response.data[2].text, rules_);
    if (!path) {
        diagnostics_.report({base::Severity::Warning, "folder-name",
                             base::escape(response.data[2].text),
                             "the server lists a folder with an empty name; it is left out"});
        return std::nullopt;
    }
    StoreFolder folder;
    folder.path = *path;
    folder.subscribed = false;
    folder.special_use =
        *path == mail::kInboxPath ? mail::SpecialUse::Inbox : mail::SpecialUse::None;
    for (const Element& attribute : response.data[0].items) {
        if (attribute.is_atom("\\Noselect") || attribute.is_atom("\\NonExistent")) {
            folder.selectable = false;
        } else if (attribute.is_atom("\\Subscribed")) {
            folder.subscribed = true;
        } else if (const auto use = mail::special_use_from_attribute(attribute.text);
                   use != mail::SpecialUse::None && folder.special_use == mail::SpecialUse::None) {
            folder.special_use = use;
        }
    }
    return folder;
}

std::vector<StoreFolder> ImapStore::list(std::string_view command) {
    std::vector<StoreFolder> folders;
    session_->require(command, [&](const Response& response) {
        if (auto folder = folder_from(response)) {
            folders.push_back(*std::move(folder));
        }
    });
    return folders;
}

std::vector<StoreFolder> ImapStore::folders() {
    session();
    const std::string pattern = quoted(rules_.prefix + "*");
    std::string command = "LIST \"\" " + pattern;
    if (session_->has("LIST-EXTENDED")) {
        command += session_->has("SPECIAL-USE") ? " RETURN (SUBSCRIBED SPECIAL-USE)"
                                                : " RETURN (SUBSCRIBED)";
    }
    std::vector<StoreFolder> folders = list(command);
    if (!rules_.prefix.empty()) {
        // "INBOX.*" does not match INBOX itself.
        for (StoreFolder& inbox : list("LIST \"\" INBOX")) {
            folders.push_back(std::move(inbox));
        }
    }
    if (!session_->has("LIST-EXTENDED")) {
        std::set<mail::FolderPath> subscribed;
        session_->run("LSUB \"\" " + quoted("*"), [&](const Response& response) {
            if (response.name == "LSUB" && response.data.size() >= 3) {
                if (auto path = path_of(response.data[2].text, rules_)) {
                    subscribed.insert(*path);
                }
            }
        });
        for (StoreFolder& folder : folders) {
            folder.subscribed = subscribed.contains(folder.path);
        }
    }
    const auto before = [](const StoreFolder& a, const StoreFolder& b) {
        const bool a_inbox = a.path.front() == "INBOX";
        const bool b_inbox = b.path.front() == "INBOX";
        return a_inbox != b_inbox ? a_inbox : a.path < b.path;
    };
    std::stable_sort(folders.begin(), folders.end(), before);
    folders.erase(
        std::unique(folders.begin(), folders.end(),
                    [](const StoreFolder& a, const StoreFolder& b) { return a.path == b.path; }),
        folders.end());
    count_messages(folders);
    return folders;
}

void ImapStore::count_messages(std::vector<StoreFolder>& folders) {
    std::map<mail::FolderPath, std::uint64_t> counts;
    std::set<std::string> tags;
    for (const StoreFolder& folder : folders) {
        if (folder.selectable) {
            tags.insert(session_->send(
                fmt::format("STATUS {} (MESSAGES)", quoted(mailbox_of(folder.path, rules_)))));
        }
    }
    while (!tags.empty()) {
        const Response response = session_->read();
        tags.erase(response.tag);
        if (response.name == "STATUS" && response.data.size() >= 2 &&
            response.data[1].items.size() >= 2) {
            const auto path = path_of(response.data[0].text, rules_);
            const auto count = response.data[1].items[1].number();
            if (path && count) {
                counts[*path] = *count;
            }
        }
    }
    for (StoreFolder& folder : folders) {
        if (const auto it = counts.find(folder.path); it != counts.end()) {
            folder.message_count = it->second;
        }
    }
}

std::optional<std::uint64_t> ImapStore::message_count(const mail::FolderPath& folder) {
    std::optional<std::uint64_t> count;
    const Response answer =
        session().run(fmt::format("STATUS {} (MESSAGES)", quoted(mailbox_of(folder, rules_))),
                      [&](const Response& response) {
                          if (response.name == "STATUS" && response.data.size() >= 2 &&
                              response.data[1].items.size() >= 2) {
                              count = response.data[1].items[1].number();
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
    session();
    for (std::size_t depth = 1; depth <= folder.size(); ++depth) {
        const mail::FolderPath part(folder.begin(),
                                    folder.begin() + static_cast<std::ptrdiff_t>(depth));
        const std::string mailbox = mailbox_of(part, rules_);
        if (created_.insert(mailbox).second) {
            create_one(mailbox, depth == folder.size() ? use : mail::SpecialUse::None);
        }
    }
}

void ImapStore::create_one(const std::string& mailbox, mail::SpecialUse use) {
    std::string command = "CREATE " + quoted(mailbox);
    if (use != mail::SpecialUse::None && use != mail::SpecialUse::Inbox &&
        session_->has("CREATE-SPECIAL-USE")) {
        command += fmt::format(" (USE ({}))", mail::attribute_of(use));
    }
    if (mailbox != "INBOX") {
        const Response answer = session_->run(command);
        const auto path = path_of(mailbox, rules_);
        if (answer.status != Status::Ok && answer.code.name != "ALREADYEXISTS" &&
            !(path && message_count(*path))) {
            Error failure = Session::failure(answer, "to make the folder");
            created_.erase(mailbox);
            throw Error(
                failure.code() == ErrorCode::NotAllowed ? failure.code() : ErrorCode::CannotCreate,
                failure.text(), failure.hint())
                .with_place(base::escape(mailbox));
        }
    }
    session_->run("SUBSCRIBE " + quoted(mailbox));
}

}  // namespace

std::unique_ptr<MailStore> open_imap_store(const MailboxUrl& url, const ConnectOptions& options,
                                           base::Diagnostics& diagnostics,
                                           const base::StopFlag& stop) {
    return std::make_unique<ImapStore>(url, options, diagnostics, stop);
}

}  // namespace mbx::store::imap
