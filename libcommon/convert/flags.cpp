#include "convert/flags.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "convert/keyword.hpp"
#include "mapi/tags.hpp"

namespace mbx::convert {
namespace {

using mapi::PropertyBag;
using mapi::PropertyName;
using mapi::PropertyType;

const PropertyName kOwnList{mapi::PSETID_MbxTools, "Flags"};
const PropertyName kCategories{mapi::PS_PUBLIC_STRINGS, "Keywords"};
const PropertyName kFlagRequest{mapi::PSETID_Common, 0x8530U};

// [MS-OXOMSG] 2.2.1.38, .39
constexpr std::int32_t kVerbReply = 102;
constexpr std::int32_t kVerbReplyAll = 103;
constexpr std::int32_t kVerbForward = 104;
constexpr std::int32_t kIconReplied = 0x105;
constexpr std::int32_t kIconForwarded = 0x106;
// [MS-OXOFLAG] 2.2.1.1, .2, .6
constexpr std::int32_t kFollowupFlagged = 2;
constexpr std::int32_t kRedFlag = 6;
constexpr std::int32_t kToDoTimeFlagged = 0x1;
constexpr std::int32_t kToDoFlaggedBySender = 0x8;
// PidTagMessageStatus, [MS-OXCMSG] 2.2.1.8
constexpr std::int32_t kStatusDeleteMarked = 0x8;

std::vector<std::string> sorted(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains_ignore_case(const std::vector<std::string>& names, std::string_view name) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& other) {
        return base::equals_ignore_case(other, name);
    });
}

// Our own list: "(\Seen $Forwarded Work)", then, when there are any, "(...)" with the
// categories that are no keywords

struct OwnList {
    FlagState state;
    std::vector<std::string> other_categories;
};

void append_name(std::string& list, std::string_view name) {
    if (list.back() != '(') {
        list += ' ';
    }
    if (!name.empty() &&
        name.find_first_of(" ()\"\\", name.front() == '\\' ? 1 : 0) == std::string_view::npos) {
        list += name;
        return;
    }
    list += '"';
    for (const char c : name) {
        list += c == '"' || c == '\\' ? "\\" : "";
        list += c;
    }
    list += '"';
}

constexpr std::pair<bool mail::Flags::*, std::string_view> kSystemFlags[] = {
    {&mail::Flags::answered, "\\Answered"}, {&mail::Flags::flagged, "\\Flagged"},
    {&mail::Flags::deleted, "\\Deleted"},   {&mail::Flags::seen, "\\Seen"},
    {&mail::Flags::draft, "\\Draft"},
};

std::string write_own_list(const FlagState& state, const std::vector<std::string>& others) {
    std::string list = "(";
    for (const auto& [member, name] : kSystemFlags) {
        if (state.flags.*member) {
            append_name(list, name);
        }
    }
    for (const std::string& keyword : sorted(state.keywords)) {
        append_name(list, keyword);
    }
    list += ')';
    if (!others.empty()) {
        list += " (";
        for (const std::string& category : others) {
            append_name(list, category);
        }
        list += ')';
    }
    return list;
}

std::string take_quoted(std::string_view& rest) {
    std::string name;
    rest.remove_prefix(1);
    while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\' && rest.size() > 1) {
            rest.remove_prefix(1);
        }
        name += rest.front();
        rest.remove_prefix(1);
    }
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return name;
}

std::vector<std::string> take_names(std::string_view& rest) {
    std::vector<std::string> names;
    rest.remove_prefix(std::min(rest.size(), rest.find('(')));
    rest.remove_prefix(rest.empty() ? 0 : 1);
    while (!rest.empty() && rest.front() != ')') {
        if (rest.front() == ' ') {
            rest.remove_prefix(1);
        } else if (rest.front() == '"') {
            names.push_back(take_quoted(rest));
        } else {
            names.emplace_back(rest.substr(0, rest.find_first_of(" )")));
            rest.remove_prefix(names.back().size());
        }
    }
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return names;
}

OwnList read_own_list(std::string_view list) {
    OwnList own;
    for (std::string& name : take_names(list)) {
        const auto* const system =
            std::find_if(std::begin(kSystemFlags), std::end(kSystemFlags),
                         [&](const auto& flag) { return flag.second == name; });
        if (system != std::end(kSystemFlags)) {
            own.state.flags.*(system->first) = true;
        } else {
            own.state.keywords.push_back(std::move(name));
        }
    }
    own.other_categories = take_names(list);
    return own;
}

// What Outlook shows.

std::vector<std::string> categories_for(const FlagState& state, const FlagContext& context) {
    std::vector<std::string> categories;
    const auto add = [&](std::string category) {
        if (!category.empty() && !contains_ignore_case(categories, category)) {
            categories.push_back(std::move(category));
        }
    };
    for (const std::string& keyword : context.header_keywords) {
        add(keyword);
    }
    for (const std::string& keyword : sorted(state.keywords)) {
        if (is_visible_keyword(keyword)) {
            add(category_of_keyword(keyword));
        }
    }
    return categories;
}

void encode_message_flags(const FlagState& state, const FlagContext& context, PropertyBag& bag) {
    std::int32_t flags = bag.integer(mapi::PidTagMessageFlags) & kMessageHasAttachments;
    flags |= state.flags.seen ? kMessageRead : 0;
    if (state.flags.draft || context.folder == mapi::SpecialFolder::Drafts) {
        flags |= kMessageUnsent;
    }
    flags |= context.folder == mapi::SpecialFolder::SentItems ? kMessageFromMe : 0;
    if (bag.boolean(mapi::PidTagReadReceiptRequested) && !state.flags.seen &&
        !contains_ignore_case(state.keywords, mail::kMdnSent)) {
        flags |= kMessageNotifyRead;
    }
    bag.set(mapi::PidTagMessageFlags, flags);
}

void encode_verb(const FlagState& state, PropertyBag& bag) {
    if (state.flags.answered) {
        bag.set(mapi::PidTagLastVerbExecuted, kVerbReply);
        bag.set(mapi::PidTagIconIndex, kIconReplied);
    } else if (contains(state.keywords, mail::kForwarded)) {
        bag.set(mapi::PidTagLastVerbExecuted, kVerbForward);
        bag.set(mapi::PidTagIconIndex, kIconForwarded);
    }
}

void encode_followup(const FlagState& state, PropertyBag& bag) {
    const std::int32_t to_do = bag.integer(mapi::PidTagToDoItemFlags);
    if (!state.flags.flagged) {
        return;
    }
    bag.set(mapi::PidTagFlagStatus, kFollowupFlagged);
    bag.set(mapi::PidTagFollowupIcon, kRedFlag);
    bag.set(mapi::PidTagToDoItemFlags, to_do | kToDoTimeFlagged);
    if (bag.find(kFlagRequest) == nullptr) {
        bag.set(kFlagRequest, PropertyType::String, std::string("Follow up"));
    }
}

enum class Verb { None, Reply, Forward };

Verb last_verb(const PropertyBag& bag) {
    switch (bag.integer(mapi::PidTagLastVerbExecuted)) {
        case kVerbReply:
        case kVerbReplyAll:
            return Verb::Reply;
        case kVerbForward:
            return Verb::Forward;
        default:
            break;
    }
    switch (bag.integer(mapi::PidTagIconIndex)) {
        case kIconReplied:
            return Verb::Reply;
        case kIconForwarded:
            return Verb::Forward;
        default:
            return Verb::None;
    }
}

bool is_flagged(const PropertyBag& bag) {
    return bag.contains(mapi::PidTagFlagStatus)
               ? bag.integer(mapi::PidTagFlagStatus) == kFollowupFlagged
               : bag.integer(mapi::PidTagToDoItemFlags) != 0;
}

std::vector<std::string> categories_of(const PropertyBag& bag) {
    const auto* categories = bag.get<std::vector<std::string>>(kCategories);
    return categories != nullptr ? *categories : std::vector<std::string>();
}

/// Whether the sender's wish for a receipt has been settled: Outlook takes the bit away then.
bool has_settled_receipt(const PropertyBag& bag) {
    constexpr std::int32_t kOpen = kMessageNotifyRead | kMessageUnsent | kMessageFromMe;
    const std::int32_t flags = bag.integer(mapi::PidTagMessageFlags);
    return bag.boolean(mapi::PidTagReadReceiptRequested) && (flags & kMessageRead) != 0 &&
           (flags & kOpen) == 0;
}

FlagState decode_view(const PropertyBag& bag) {
    FlagState state;
    const std::int32_t flags = bag.integer(mapi::PidTagMessageFlags);
    state.flags.seen = (flags & kMessageRead) != 0;
    state.flags.draft = (flags & kMessageUnsent) != 0;
    state.flags.flagged = is_flagged(bag);
    state.flags.answered = last_verb(bag) == Verb::Reply;
    state.flags.deleted = (bag.integer(mapi::PidTagMessageStatus) & kStatusDeleteMarked) != 0;
    for (const std::string& category : categories_of(bag)) {
        if (!category.empty()) {
            state.keywords.push_back(keyword_of_category(category));
        }
    }
    if (last_verb(bag) == Verb::Forward) {
        state.keywords.emplace_back(mail::kForwarded);
    }
    if (has_settled_receipt(bag)) {
        state.keywords.emplace_back(mail::kMdnSent);
    }
    state.keywords = sorted(std::move(state.keywords));
    return state;
}

// The view and our own list together.

mail::Flags merge_flags(const mail::Flags& view, const mail::Flags& own, const PropertyBag& bag) {
    mail::Flags flags = view;
    // Nothing in Outlook makes a draft of mail: the bit alone stands for the Drafts folder.
    flags.draft = view.draft && own.draft;
    // A verb replaces the one before; what was done before stays done.
    flags.answered = view.answered || own.answered;
    const bool only_by_sender = (bag.integer(mapi::PidTagToDoItemFlags) &
                                 (kToDoFlaggedBySender | kToDoTimeFlagged)) == kToDoFlaggedBySender;
    flags.flagged = view.flagged && (own.flagged || !only_by_sender);
    if (!bag.contains(mapi::PidTagMessageStatus)) {
        flags.deleted = own.deleted;
    }
    return flags;
}

std::vector<std::string> merge_keywords(const OwnList& own, const PropertyBag& bag) {
    const std::vector<std::string> categories = categories_of(bag);
    std::vector<std::string> known = own.other_categories;
    std::vector<std::string> keywords;
    for (const std::string& keyword : own.state.keywords) {
        const std::string category = category_of_keyword(keyword);
        const bool visible = is_visible_keyword(keyword);
        if (!visible || contains_ignore_case(categories, category)) {
            keywords.push_back(keyword);
        }
        if (visible) {
            known.push_back(category);
        }
    }
    for (const std::string& category : categories) {
        if (!category.empty() && !contains_ignore_case(known, category)) {
            keywords.push_back(keyword_of_category(category));
        }
    }
    if (last_verb(bag) == Verb::Forward) {
        keywords.emplace_back(mail::kForwarded);
    }
    if (has_settled_receipt(bag) && !own.state.flags.seen) {
        keywords.emplace_back(mail::kMdnSent);
    }
    return sorted(std::move(keywords));
}

}  // namespace

void encode_flags(const FlagState& state, const FlagContext& context, PropertyBag& bag) {
    encode_message_flags(state, context, bag);
    encode_verb(state, bag);
    encode_followup(state, bag);
    if (state.flags.deleted) {
        bag.set(mapi::PidTagMessageStatus, kStatusDeleteMarked);
    }
    const std::vector<std::string> categories = categories_for(state, context);
    if (!categories.empty()) {
        bag.set(kCategories, PropertyType::MultipleString, categories);
    }

    const FlagState view = decode_view(bag);
    if (view.flags == state.flags && view.keywords == sorted(state.keywords)) {
        return;
    }
    std::vector<std::string> others;
    for (const std::string& category : context.header_keywords) {
        if (!contains(state.keywords, category)) {
            others.push_back(category);
        }
    }
    bag.set(kOwnList, PropertyType::String, write_own_list(state, others));
}

FlagState decode_flags(const PropertyBag& bag) {
    FlagState view = decode_view(bag);
    const auto* list = bag.get<std::string>(kOwnList);
    if (list == nullptr) {
        return view;
    }
    const OwnList own = read_own_list(*list);
    return {merge_flags(view.flags, own.state.flags, bag), merge_keywords(own, bag)};
}

}  // namespace mbx::convert
