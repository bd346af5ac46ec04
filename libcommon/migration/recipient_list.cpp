#include "migration/recipient_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "migration/csv.hpp"

namespace mbx::migration {
namespace {

constexpr std::uint64_t kLargestList = std::uint64_t{256} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kPendingFields = 4;
constexpr std::size_t kResultFields = 7;

[[noreturn]] void refuse(const std::string& path, CsvPlace place, std::string text,
                         std::string hint = {}) {
    throw Error(ErrorCode::BadData, std::move(text), std::move(hint))
        .with_place(to_string(path, place));
}

void check_name(const CsvField& field, std::string_view what, const std::string& path) {
    if (base::trim(field.text).empty()) {
        refuse(path, field.place, fmt::format("the {} is empty", what));
    }
    if (base::trim(field.text).size() != field.text.size()) {
        refuse(path, field.place, fmt::format("the {} begins or ends with a blank", what),
               "a blank next to a comma is part of the field");
    }
}

Outcome outcome_of(const CsvField& field, const std::string& path) {
    for (const Outcome outcome : {Outcome::Success, Outcome::Failure}) {
        if (field.text == word_of(outcome)) {
            return outcome;
        }
    }
    refuse(path, field.place,
           fmt::format("found {}, expected SUCCESS or FAILURE", base::escape(field.text, 40)));
}

Recipient recipient_of(const std::vector<CsvField>& fields, std::size_t first,
                       const std::string& path) {
    check_name(fields[first + 1], "alias", path);
    check_name(fields[first + 2], "source server", path);
    check_name(fields[first + 3], "destination server", path);
    return Recipient{fields[first].text, fields[first + 1].text, fields[first + 2].text,
                     fields[first + 3].text};
}

ListRow row_of(const std::vector<CsvField>& fields, const std::string& path) {
    ListRow row;
    row.line = fields.front().place.line;
    if (fields.size() == kPendingFields) {
        row.recipient = recipient_of(fields, 0, path);
        row.result.outcome = Outcome::Pending;
        return row;
    }
    if (fields.size() != kResultFields) {
        refuse(path, {row.line, 1},
               fmt::format("found {} {}, expected 4 (pending) or 7 (with a result)", fields.size(),
                           fields.size() == 1 ? "field" : "fields"),
               "name,alias,source server,destination server; a comma within a field needs quotes "
               "around the field");
    }
    row.result.outcome = outcome_of(fields.front(), path);
    row.recipient = recipient_of(fields, 1, path);
    row.result.text = fields[5].text;
    row.result.time = fields[6].text;
    return row;
}

/// Remembers every mailbox of the list, and refuses the second row of one.
class Duplicates {
  public:
    explicit Duplicates(const std::string& path) : path_(path) {}

    void check(const Recipient& recipient, const CsvField& alias) {
        check_one(sources_, recipient.alias, recipient.source, "source", alias.place);
        check_one(destinations_, recipient.alias, recipient.destination, "destination",
                  alias.place);
    }

  private:
    void check_one(std::map<std::string, std::size_t>& known, const std::string& alias,
                   const std::string& server, std::string_view what, CsvPlace place) {
        const auto [earlier, is_new] = known.emplace(list_key(alias, server), place.line);
        if (!is_new) {
            refuse(path_, place,
                   fmt::format("alias {} on {} server {} is in line {} already",
                               base::escape(alias, 80), what, base::escape(server, 80),
                               earlier->second));
        }
    }

    const std::string& path_;
    std::map<std::string, std::size_t> sources_;
    std::map<std::string, std::size_t> destinations_;
};

void refuse_utf16(std::string_view text, const std::string& path) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
        refuse(path, {}, "the list is UTF-16, expected UTF-8",
               "convert it: iconv -f UTF-16 -t UTF-8");
    }
}

/// What a list can hold of a text from elsewhere: other characters become blanks, so that the list
/// can be read again.
std::string one_line(std::string_view text) {
    text = base::trim(text);
    std::string line;
    while (!text.empty()) {
        const std::string_view before = text;
        const base::DecodedCodePoint c = base::take_utf8(text);
        const bool allowed = c.valid && is_list_character(c.code_point);
        line += allowed ? before.substr(0, before.size() - text.size()) : " ";
    }
    return line;
}

}  // namespace

std::string_view word_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::Pending:
            return "PENDING";
        case Outcome::Success:
            return "SUCCESS";
        case Outcome::Failure:
            return "FAILURE";
    }
    return "";
}

std::string list_key(std::string_view alias, std::string_view server) {
    return base::ascii_lower(alias) + '\n' + base::ascii_lower(server);
}

std::string format_row(const Recipient& recipient) {
    return format_csv({recipient.name, recipient.alias, recipient.source, recipient.destination});
}

std::string format_row(const Recipient& recipient, const Result& result) {
    if (result.outcome == Outcome::Pending) {
        return format_row(recipient);
    }
    return format_csv({word_of(result.outcome), recipient.name, recipient.alias, recipient.source,
                       recipient.destination, result.text, result.time});
}

std::string format_time(base::UnixTime time, TimeFormat format) {
    if (format == TimeFormat::Iso) {
        return base::iso8601(time);
    }
    const std::time_t seconds = time.seconds;
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return fmt::format("{}/{}/{:02} {}:{:02}:{:02}", local.tm_mon + 1, local.tm_mday,
                       local.tm_year % 100, local.tm_hour, local.tm_min, local.tm_sec);
}

RecipientList RecipientList::read(const std::string& path) {
    return parse(base::read_file(path, kLargestList), path);
}

RecipientList RecipientList::parse(std::string_view text, const std::string& path) {
    refuse_utf16(text, path);
    RecipientList list;
    list.path_ = path;
    list.byte_order_mark_ = text.starts_with(kByteOrderMark);
    if (list.byte_order_mark_) {
        text.remove_prefix(kByteOrderMark.size());
    }
    Duplicates duplicates(list.path_);
    for (CsvRow& row : parse_csv(text, path)) {
        if (!base::trim(row.raw).empty()) {
            list.rows_.push_back(row_of(row.fields, path));
            const bool pending = row.fields.size() == kPendingFields;
            duplicates.check(list.rows_.back().recipient, row.fields[pending ? 1 : 2]);
        }
        list.lines_.push_back(std::move(row.raw));
    }
    return list;
}

Totals RecipientList::totals() const noexcept {
    Totals totals;
    for (const ListRow& row : rows_) {
        switch (row.result.outcome) {
            case Outcome::Pending:
                ++totals.pending;
                break;
            case Outcome::Success:
                ++totals.succeeded;
                break;
            case Outcome::Failure:
                ++totals.failed;
                break;
        }
    }
    return totals;
}

const ListRow* RecipientList::find(std::string_view alias, std::string_view source) const noexcept {
    for (const ListRow& row : rows_) {
        if (base::equals_ignore_case(row.recipient.alias, alias) &&
            base::equals_ignore_case(row.recipient.source, source)) {
            return &row;
        }
    }
    return nullptr;
}

void RecipientList::set_result(std::string_view alias, std::string_view source,
                               const Result& result) {
    const ListRow* const found = find(alias, source);
    if (found == nullptr) {
        throw Error(ErrorCode::NoInput, fmt::format("has no alias {} on source server {}",
                                                    base::escape(alias), base::escape(source)))
            .with_place(path_);
    }
    if (found->result.outcome != Outcome::Pending) {
        throw Error(ErrorCode::BadData,
                    fmt::format("alias {} has its result already: {}", base::escape(alias),
                                word_of(found->result.outcome)),
                    "csv-status retry makes a new list of the failures")
            .with_place(to_string(path_, {found->line, 1}));
    }
    ListRow& row = rows_[static_cast<std::size_t>(found - rows_.data())];
    row.result = {result.outcome, one_line(result.text), one_line(result.time)};
    lines_[row.line - 1] = format_row(row.recipient, row.result);
}

std::string RecipientList::text() const {
    std::string text(byte_order_mark_ ? kByteOrderMark : "");
    for (const std::string& line : lines_) {
        text += line;
        text += "\r\n";
    }
    return text;
}

}  // namespace mbx::migration
