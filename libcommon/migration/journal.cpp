#include "migration/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/crc32.hpp"
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

namespace mbx::migration {
namespace {

using nlohmann::json;
using pst::ndb::Nid;

constexpr int kVersion = 2;
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kLongestLine = 1024 * 1024;
constexpr std::size_t kCrcDigits = 8;

std::string line_of(const std::string& text) {
    return fmt::format("{:08x} {}\n", base::pst_crc32(base::as_bytes(text)), text);
}

/// The JSON text of a line without its line end; nullopt when the line is torn or damaged.
std::optional<std::string_view> text_of_line(std::string_view line) {
    if (line.size() < kCrcDigits + 2 || line[kCrcDigits] != ' ') {
        return std::nullopt;
    }
    std::uint32_t crc = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + kCrcDigits, crc, 16);
    const std::string_view text = line.substr(kCrcDigits + 1);
    if (error != std::errc() || end != line.data() + kCrcDigits ||
        crc != base::pst_crc32(base::as_bytes(text))) {
        return std::nullopt;
    }
    return text;
}

/// Lines of a file from an offset on.
class LineReader {
  public:
    LineReader(const base::File& file, std::uint64_t offset) : file_(file), offset_(offset) {}

    /// Offset of the line that next() gives.
    std::uint64_t offset() const { return offset_; }

    /// Without its line end; nullopt when no whole line is left. Longer lines than kLongestLine end
    /// the reading.
    std::optional<std::string> next() {
        std::size_t end = buffer_.find('\n', used_);
        while (end == std::string::npos && buffer_.size() - used_ < kLongestLine && fill()) {
            end = buffer_.find('\n', used_);
        }
        if (end == std::string::npos) {
            return std::nullopt;
        }
        std::string line = buffer_.substr(used_, end - used_);
        offset_ += line.size() + 1;
        used_ = end + 1;
        return line;
    }

  private:
    bool fill() {
        buffer_.erase(0, used_);
        used_ = 0;
        base::Bytes piece(64 * 1024);
        const std::size_t n = file_.read_at(offset_ + buffer_.size(), piece);
        buffer_ += base::as_text(base::ByteView(piece).first(n));
        return n > 0;
    }

    const base::File& file_;
    std::uint64_t offset_;
    std::string buffer_;
    std::size_t used_ = 0;
};

std::string text_of(const json& record) {
    return record.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Nid> nid_of(const json& record, const char* key) {
    const auto it = record.find(key);
    if (it == record.end() || !it->is_string()) {
        return std::nullopt;
    }
    const auto& text = it->get_ref<const std::string&>();
    Nid nid;
    const char* const end = text.data() + text.size();
    if (text.rfind("0x", 0) != 0 ||
        std::from_chars(text.data() + 2, end, nid.value, 16).ptr != end) {
        return std::nullopt;
    }
    return nid;
}

std::string text_of(const mail::Flags& flags) {
    std::string text;
    text += flags.seen ? "S" : "";
    text += flags.answered ? "A" : "";
    text += flags.flagged ? "F" : "";
    text += flags.draft ? "D" : "";
    text += flags.deleted ? "T" : "";
    return text;
}

mail::Flags flags_of(std::string_view text) {
    const auto has = [&](char c) { return text.find(c) != std::string_view::npos; };
    return {has('S'), has('A'), has('F'), has('D'), has('T')};
}

json record_of(const Landed& message) {
    json record{{"message", to_string(message.nid)},
                {"bytes", to_string(message.key.bytes)},
                {"size", message.key.size},
                {"flags", text_of(message.flags)}};
    if (message.key.header) {
        record["header"] = *message.key.header;
    }
    if (!message.keywords.empty()) {
        record["keywords"] = message.keywords;
    }
    if (message.internal_date) {
        record["date"] = message.internal_date->seconds;
    }
    if (!message.id.empty()) {
        record["id"] = message.id;
    }
    if (message.uid_validity) {
        record["uid_validity"] = *message.uid_validity;
    }
    return record;
}

Landed landed_of(const json& record, Nid nid) {
    Landed message;
    message.nid = nid;
    message.key.bytes = parse_digest(record.value("bytes", "")).value_or(base::Sha256Digest{});
    message.key.size = record.value("size", std::uint64_t{0});
    message.flags = flags_of(record.value("flags", ""));
    message.id = record.value("id", "");
    message.keywords = record.value("keywords", std::vector<std::string>());
    if (record.contains("header")) {
        message.key.header = record["header"].get<std::uint64_t>();
    }
    if (record.contains("date")) {
        message.internal_date = base::UnixTime{record["date"].get<std::int64_t>()};
    }
    if (record.contains("uid_validity")) {
        message.uid_validity = record["uid_validity"].get<std::uint32_t>();
    }
    return message;
}

json record_of(const JournalBinding& binding) {
    return {
        {"journal", kVersion},
        {"pst",
         {{"name", binding.pst_name}, {"size", binding.pst_size}, {"header", binding.pst_header}}},
        {"destination", binding.destination}};
}

std::optional<JournalBinding> binding_of(const json& record) {
    if (record.value("journal", 0) != kVersion || !record.contains("pst")) {
        return std::nullopt;
    }
    const json& pst = record["pst"];
    return JournalBinding{pst.value("name", ""), pst.value("size", std::uint64_t{0}),
                          pst.value("header", ""), record.value("destination", "")};
}

void refuse_foreign(const std::optional<JournalBinding>& found, const JournalBinding& wanted) {
    if (!found) {
        throw Error(ErrorCode::BadData,
                    "this is no journal of an import, or one of another version of this program");
    }
    if (found->pst_size != wanted.pst_size || found->pst_header != wanted.pst_header) {
        throw Error(ErrorCode::BadData,
                    "the journal belongs to another PST, or the PST was changed since",
                    "put the right PST back, or remove the journal to begin anew");
    }
    if (found->destination != wanted.destination) {
        throw Error(ErrorCode::BadData,
                    "the journal belongs to the destination " + base::escape(found->destination),
                    "use --work-dir for an import into another mailbox");
    }
}

base::File open_journal(const std::string& path) {
    try {
        return base::File::open_append(path);
    } catch (const Error& error) {
        throw Error(ErrorCode::CannotCreate, error.text(),
                    "use --work-dir when the journal cannot lie beside the PST")
            .with_place(path);
    }
}

/// Opened first for writing: that fails in words that help when the folder is read-only.
base::FileLock lock_journal(const std::string& path) {
    open_journal(path).close();
    return base::FileLock(path);
}

std::string canonical(store::MailboxUrl url) {
    if (url.kind != store::StoreKind::Imap) {
        std::error_code error;
        const auto path =
            std::filesystem::weakly_canonical(std::filesystem::absolute(url.path), error);
        if (!error) {
            url.path = (path.has_filename() ? path : path.parent_path()).string();
        }
    }
    return base::escape(to_string(url), std::string::npos);  // JSON holds UTF-8 only
}

}  // namespace

JournalBinding bind_journal(const std::string& pst_path, const store::MailboxUrl& destination) {
    const base::File file = base::File::open_read(pst_path);
    base::Bytes header(kHeaderBytes);
    header.resize(file.read_at(0, header));
    return {std::filesystem::path(pst_path).filename().string(), file.size(),
            to_string(base::sha256(header)), canonical(destination)};
}

Journal::Journal(const std::string& path, const JournalBinding& binding)
    : path_(path), lock_(lock_journal(path)), file_(open_journal(path)) {
    try {
        load(binding);
    } catch (Error& error) {
        throw std::move(error).with_place(path_);
    } catch (const json::exception& error) {
        throw Error(ErrorCode::BadData, std::string("unknown form of record: ") + error.what())
            .with_place(path_);
    }
    if (!resumed_) {
        append(text_of(record_of(binding)));
        sync();
        base::sync_folder_of(path_);
    }
}

/// The first record was on stable storage before anything landed: a file without it is a journal
/// only when that record was torn.
void Journal::refuse_other_file(const JournalBinding& binding) const {
    const std::string first = line_of(text_of(record_of(binding)));
    base::Bytes there(std::min<std::uint64_t>(file_.size(), first.size() + 1));
    there.resize(file_.read_at(0, there));
    if (there.size() >= first.size() || !first.starts_with(base::as_text(there))) {
        throw Error(ErrorCode::BadData, "this is no journal of an import, or its start is damaged",
                    "restore the journal; without it the import cannot know what has landed");
    }
}

void Journal::load(const JournalBinding& binding) {
    LineReader lines(file_, 0);
    std::optional<std::uint64_t> torn;
    while (true) {
        const std::uint64_t offset = lines.offset();
        const auto line = lines.next();
        if (!line) {
            break;
        }
        const auto text = text_of_line(*line);
        const json record = text ? json::parse(*text, nullptr, false) : json();
        if (!record.is_object()) {
            torn = torn.value_or(offset);
            continue;
        }
        if (torn) {
            throw Error(ErrorCode::BadData,
                        fmt::format("damaged at offset {:#x}, with sound records behind it", *torn),
                        "restore the journal; without it the import cannot know what has landed");
        }
        if (!resumed_) {
            refuse_foreign(binding_of(record), binding);
            resumed_ = true;
        } else if (const auto folder = nid_of(record, "folder")) {
            Folder& entry = folders_[folder->value];
            if (entry.spans.empty()) {
                entry.before = record.value("before", std::uint64_t{0});
            }
            entry.name = record.value("name", "");
            entry.path = mail::parse_folder_path(record.value("path", ""));
            entry.spans.push_back(offset);
            entry.done = false;
            current_ = folder->value;
        } else if (const auto message = nid_of(record, "message"); message && current_) {
            mark_landed(*message);
            ++folders_[*current_].landed;
        } else if (const auto done = nid_of(record, "done")) {
            folders_[done->value].done = true;
            current_.reset();
        } else if (record.contains("finished")) {
            finished_ = true;
        }
        end_ = lines.offset();
    }
    current_.reset();
    if (!resumed_) {
        refuse_other_file(binding);
    }
    if (end_ < file_.size()) {
        file_.truncate(end_);
    }
}

void Journal::append(const std::string& json) {
    const std::string line = line_of(json);
    unwritten_ += line;
    end_ += line.size();
}

void Journal::mark_landed(Nid message) {
    if (landed_.size() <= message.index()) {
        landed_.resize(std::max<std::size_t>(message.index() + 1, 2 * landed_.size()));
    }
    landed_[message.index()] = true;
}

const Journal::Folder* Journal::folder(Nid nid) const {
    const auto it = folders_.find(nid.value);
    return it != folders_.end() && !it->second.spans.empty() ? &it->second : nullptr;
}

bool Journal::has_landed(Nid message) const noexcept {
    return message.index() < landed_.size() && landed_[message.index()];
}

void Journal::begin_folder(Nid nid, const std::string& name, const mail::FolderPath& path,
                           std::uint64_t before) {
    Folder& entry = folders_[nid.value];
    if (entry.spans.empty()) {
        entry.before = before;
    }
    entry.name = name;
    entry.path = path;
    write_folder(nid);
    sync();
}

void Journal::write_folder(Nid nid) {
    Folder& entry = folders_.at(nid.value);
    entry.spans.push_back(end_);
    entry.done = false;
    current_ = nid.value;
    append(text_of(json{{"folder", to_string(nid)},
                        {"name", entry.name},
                        {"path", mail::to_string(entry.path)},
                        {"before", entry.before}}));
}

void Journal::turn_to(Nid folder) {
    if (current_ != folder.value) {
        write_folder(folder);
    }
}

void Journal::add(Nid folder, const Landed& message) {
    turn_to(folder);
    append(text_of(record_of(message)));
    mark_landed(message.nid);
    ++folders_.at(folder.value).landed;
}

void Journal::sync() {
    if (!unwritten_.empty()) {
        file_.write(base::as_bytes(unwritten_));
        unwritten_.clear();
        file_.sync();
    }
}

void Journal::end_folder(Nid nid) {
    turn_to(nid);
    folders_.at(nid.value).done = true;
    current_.reset();
    append(text_of(json{{"done", to_string(nid)}}));
    sync();
}

void Journal::finish() {
    finished_ = true;
    append(text_of(json{{"finished", true}}));
    sync();
}

void Journal::for_each(Nid folder, const std::function<void(const Landed&)>& visit) const {
    const Folder* const entry = this->folder(folder);
    if (entry == nullptr) {
        return;
    }
    std::uint64_t count = 0;
    for (const std::uint64_t span : entry->spans) {
        LineReader lines(file_, span);
        lines.next();
        while (const auto line = lines.next()) {
            const auto text = text_of_line(*line);
            const json record = text ? json::parse(*text, nullptr, false) : json();
            const auto nid = record.is_object() ? nid_of(record, "message") : std::nullopt;
            if (!nid) {
                break;  // another folder begins, or this one is done
            }
            ++count;
            visit(landed_of(record, *nid));
        }
    }
    if (count != entry->landed) {
        throw Error(ErrorCode::BadData,
                    fmt::format("{} messages of '{}' are counted, and {} recorded", entry->landed,
                                base::escape(entry->name), count))
            .with_place(path_);
    }
}

}  // namespace mbx::migration
