#include "store/imap/imap_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/imap/append_writer.hpp"
#include "store/imap/connector.hpp"
#include "store/imap/fetch_stream.hpp"
#include "store/imap/mailbox_names.hpp"
#include "store/imap/mailbox_table.hpp"
#include "store/imap/session.hpp"
#include "store/imap/settling.hpp"

namespace mbx::store::imap {
namespace {

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

/// MESSAGES of a STATUS response.
std::optional<std::uint64_t> count_in(const Response& response) {
    if (response.data.size() >= 2) {
        const std::vector<Element>& items = response.data[1].items;
        for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
            if (items[i].is_atom("MESSAGES")) {
                return items[i + 1].number();
            }
        }
    }
    return std::nullopt;
}

constexpr unsigned kConnections = 4;  // at once; servers allow ten or so to a user

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
        release_session();
        return fetch_messages(connector_, mailbox_name(folder), diagnostics_);
    }
    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override;
    void create_folder(const mail::FolderPath& folder, mail::SpecialUse use) override;
    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        release_session();
        return append_messages(connector_, mailbox_name(folder), diagnostics_);
    }
    void prepare(const std::vector<FolderToMake>& folders) override;
    void prepare_counts(const std::vector<mail::FolderPath>& folders) override;
    std::optional<unsigned> connections(unsigned wanted) override {
        release_session();
        return connector_->reserve(std::min(wanted, kConnections));
    }
    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return possible_path(folder, rules_);
    }
    StoreLimits limits() const override { return limits_; }
    void settle(const std::vector<mail::FolderPath>& folders) override;

  private:
    void connect();
    void read_namespace();
    void read_separator();
    /// Calls `ask`, and once more over a new connection when the server has closed this one, as it
    /// may do while a long folder is copied over another. What is asked may be asked twice.
    template <typename Ask>
    auto with_session(Ask ask);
    void release_session();
    void create_all(const std::vector<std::pair<std::string, mail::SpecialUse>>& mailboxes);
    void count_all(const std::vector<std::string>& mailboxes);
    std::vector<StoreFolder> list_folders();
    std::string mailbox_name(const mail::FolderPath& folder) const;
    std::vector<ListedMailbox> list(const std::string& pattern);
    bool is_foreign(std::string_view mailbox) const;
    void read_subscriptions(MailboxTable& table);
    void count_messages(MailboxTable& table);
    std::optional<std::uint64_t> count_of(const std::string& mailbox);
    void create_one(const std::string& mailbox, mail::SpecialUse use);
    bool can_tell(mail::SpecialUse use) const;
    std::string create_command(const std::string& mailbox, mail::SpecialUse use) const;
    Response create_and_subscribe(const std::string& mailbox, mail::SpecialUse use);
    void refuse_other_spelling(const std::string& mailbox);

    std::shared_ptr<Connector> connector_;
    base::Diagnostics& diagnostics_;
    std::unique_ptr<Session> session_;
    NameRules rules_;
    std::vector<std::string> other_prefixes_;    // of the user's own namespaces
    std::vector<std::string> foreign_prefixes_;  // of other users, and shared
    StoreLimits limits_;
    bool is_first_listing_ = true;
    MailboxTable table_;                           // as last listed
    std::set<std::string> created_;                // mailboxes known to be there
    std::map<std::string, std::uint64_t> counts_;  // asked for ahead; each is given once
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
        if (!session_) {
            session_ = connector_->take();
        }
        return ask();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unavailable) {
            throw;
        }
    }
    connect();
    return ask();
}

/// Streams and writers use it meanwhile: servers count connections.
void ImapStore::release_session() {
    if (session_) {
        connector_->give_back(std::move(session_));
    }
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
    session_->run(R"(LIST "" "")", [&](const Response& response) {
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
    std::string command = "LIST \"\" " + session_->quoted(pattern);
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
    // Whoever lists the folders is going to read or write them.
    if (std::exchange(is_first_listing_, false)) {
        connector_->begin_reserve(kConnections - 1);
    }
    return with_session([&] { return list_folders(); });
}

bool lists_inbox(const std::vector<ListedMailbox>& listed) {
    return std::any_of(listed.begin(), listed.end(), [](const ListedMailbox& mailbox) {
        return base::equals_ignore_case(mailbox.name, "INBOX");
    });
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
        if (pattern == "INBOX" && lists_inbox(listed)) {
            continue;
        }
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
    std::vector<StoreFolder> folders = table_.folders();
    for (const StoreFolder& folder : folders) {
        if (folder.selectable && folder.subscribed) {
            created_.insert(*table_.name_of(folder.path));
        }
    }
    return folders;
}

void ImapStore::read_subscriptions(MailboxTable& table) {
    session_->run("LSUB \"\" " + session_->quoted("*"), [&](const Response& response) {
        if (response.name == "LSUB" && response.data.size() >= 3) {
            if (StoreFolder* const folder = table.find(response.data[2].text)) {
                folder->subscribed = true;
            }
        }
    });
}

void ImapStore::count_messages(MailboxTable& table) {
    std::vector<std::string> mailboxes;
    for (const StoreFolder& folder : table.folders()) {
        if (folder.selectable) {
            mailboxes.push_back(*table.name_of(folder.path));
        }
    }
    count_all(mailboxes);
    for (const std::string& mailbox : mailboxes) {
        if (const auto known = counts_.extract(mailbox)) {
            table.find(mailbox)->message_count = known.mapped();
        }
    }
}

std::optional<std::uint64_t> ImapStore::message_count(const mail::FolderPath& folder) {
    const std::string mailbox = mailbox_name(folder);
    if (const auto known = counts_.extract(mailbox)) {
        return known.mapped();
    }
    return with_session([&] { return count_of(mailbox); });
}

void ImapStore::prepare_counts(const std::vector<mail::FolderPath>& folders) {
    std::vector<std::string> mailboxes;
    std::transform(folders.begin(), folders.end(), std::back_inserter(mailboxes),
                   [&](const mail::FolderPath& folder) { return mailbox_name(folder); });
    with_session([&] { count_all(mailboxes); });
}

/// One STATUS each, all on their way at once.
void ImapStore::count_all(const std::vector<std::string>& mailboxes) {
    std::map<std::string, std::string> asked;  // by tag
    for (const std::string& mailbox : mailboxes) {
        asked.emplace(
            session_->send(fmt::format("STATUS {} (MESSAGES)", session_->quoted(mailbox))),
            mailbox);
    }
    std::optional<std::uint64_t> count;
    while (!asked.empty()) {
        const Response response = session_->read();
        if (response.name == "STATUS") {
            count = count_in(response);
        } else if (const auto one = asked.extract(response.tag)) {
            if (count && response.status == Status::Ok) {
                counts_[one.mapped()] = *count;
            }
            count.reset();
        }
    }
}

std::optional<std::uint64_t> ImapStore::count_of(const std::string& mailbox) {
    std::optional<std::uint64_t> count;
    const Response answer =
        session_->run(fmt::format("STATUS {} (MESSAGES)", session_->quoted(mailbox)),
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
    throw Error(failure).with_place(shown_name(mailbox));
}

void ImapStore::settle(const std::vector<mail::FolderPath>& folders) {
    std::vector<std::string> mailboxes;
    std::transform(folders.begin(), folders.end(), std::back_inserter(mailboxes),
                   [&](const mail::FolderPath& folder) { return mailbox_name(folder); });
    if (!mailboxes.empty()) {
        with_session([&] { wait_until_still(*session_, *connector_, mailboxes, diagnostics_); });
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

void ImapStore::prepare(const std::vector<FolderToMake>& folders) {
    std::vector<std::pair<std::string, mail::SpecialUse>> missing;
    std::vector<std::string> wanted;
    std::set<std::string> seen = created_;
    for (const FolderToMake& folder : folders) {
        mail::FolderPath part;
        for (const std::string& name : folder.path) {
            part.push_back(name);
            const bool is_last = part.size() == folder.path.size();
            if (std::string mailbox = mailbox_name(part); seen.insert(mailbox).second) {
                missing.emplace_back(std::move(mailbox),
                                     is_last ? folder.use : mail::SpecialUse::None);
            }
        }
        wanted.push_back(mailbox_name(folder.path));
    }
    with_session([&] {
        create_all(missing);
        count_all(wanted);
    });
}

/// What is refused here is tried again by create_folder(), which finds out why.
void ImapStore::create_all(const std::vector<std::pair<std::string, mail::SpecialUse>>& mailboxes) {
    std::map<std::string, std::string> asked;  // by tag
    std::string last_tag;
    for (const auto& [mailbox, use] : mailboxes) {
        if (mailbox != "INBOX") {
            asked.emplace(session_->send(create_command(mailbox, use)), mailbox);
        }
        last_tag = session_->send("SUBSCRIBE " + session_->quoted(mailbox));
    }
    while (!last_tag.empty()) {
        const Response response = session_->read();
        if (const auto one = asked.extract(response.tag); one && response.status == Status::Ok) {
            created_.insert(one.mapped());
        }
        if (response.tag == last_tag) {
            return;
        }
    }
}

bool ImapStore::can_tell(mail::SpecialUse use) const {
    return !mail::attribute_of(use).empty() && session_->has("CREATE-SPECIAL-USE");
}

std::string ImapStore::create_command(const std::string& mailbox, mail::SpecialUse use) const {
    return "CREATE " + session_->quoted(mailbox) +
           (can_tell(use) ? fmt::format(" (USE ({}))", mail::attribute_of(use)) : std::string());
}

void ImapStore::create_one(const std::string& mailbox, mail::SpecialUse use) {
    if (mailbox == "INBOX") {
        session_->run("SUBSCRIBE INBOX");
        return;
    }
    const Response answer = create_and_subscribe(mailbox, use);
    if (answer.status == Status::Ok) {
        return;
    }
    if (answer.code.name != "ALREADYEXISTS" && !count_of(mailbox)) {
        session_->run("UNSUBSCRIBE " + session_->quoted(mailbox));
        const Error failure = Session::failure(answer, "to make the folder");
        const bool not_allowed = failure.code() == ErrorCode::NotAllowed;
        throw Error(not_allowed ? failure.code() : ErrorCode::CannotCreate, failure.text(),
                    failure.hint())
            .with_place(base::escape(mailbox));
    }
    refuse_other_spelling(mailbox);
}

/// In one round trip; gives the answer to CREATE.
Response ImapStore::create_and_subscribe(const std::string& mailbox, mail::SpecialUse use) {
    const std::string name = session_->quoted(mailbox);
    const std::string create_tag = session_->send(create_command(mailbox, use));
    const std::string subscribe_tag = session_->send("SUBSCRIBE " + name);
    Response created;
    for (;;) {
        Response response = session_->read();
        if (response.tag == create_tag) {
            created = std::move(response);
        } else if (response.tag == subscribe_tag) {
            break;
        }
    }
    // Another folder may have that use, or nobody may give it: the folder counts more.
    return can_tell(use) && created.status != Status::Ok && created.code.name != "ALREADYEXISTS"
               ? create_and_subscribe(mailbox, mail::SpecialUse::None)
               : created;
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
