#include "pst/node_survey.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/error.hpp"
#include "pst/ltp/table_reader.hpp"

namespace mbx::pst {
namespace {

using ndb::Nid;
using ndb::NidType;
using ndb::Node;

/// The contents table that lists a message of this type; nullopt for what is no message.
std::optional<NidType> table_for(NidType message) {
    switch (message) {
        case NidType::NormalMessage:
            return NidType::ContentsTable;
        case NidType::AssociatedMessage:
            return NidType::AssociatedContentsTable;
        default:
            return std::nullopt;
    }
}

class Surveyor {
  public:
    explicit Surveyor(const StoreContext& context) : context_(context) {}

    NodeSurvey run() {
        context_.file()->for_each_node([this](const Node& node) { take(node); },
                                       [this](const Error& error) { note(error); });
        context_.file()->for_each_node([this](const Node& node) { take_unlisted(node); },
                                       [](const Error&) {});
        for (const auto& [table, contents] : survey_.by_contents) {
            if (!contents.damaged && !contents.unlisted.empty()) {
                context_.report(base::Severity::Warning, "unlisted-messages",
                                place_of_contents(table),
                                fmt::format("does not list {} of the folder's messages; they are "
                                            "found without it",
                                            contents.unlisted.size()));
            }
        }
        return std::move(survey_);
    }

  private:
    void note(const Error& error) {
        context_.report(base::Severity::Error, "damaged-nodes", "", error.what());
        if (survey_.damage.empty()) {
            survey_.damage = error.what();
        }
    }

    void take(const Node& node) {
        switch (node.nid.type()) {
            case NidType::NormalFolder:
            case NidType::SearchFolder:
                survey_.folders.emplace(node.nid, node);
                break;
            case NidType::ContentsTable:
            case NidType::AssociatedContentsTable:
                read_rows(node);
                break;
            default:
                break;
        }
    }

    void read_rows(const Node& node) {
        FolderContents& contents = survey_.by_contents[node.nid];
        try {
            ltp::TableReader table(context_.file(), node.data, node.sub);
            while (const auto row = table.next_row()) {
                mark_listed(Nid{row->id});
                ++contents.listed;
            }
        } catch (const Error& error) {
            contents.damaged = true;
            context_.report(base::Severity::Error, "damaged-table", place_of_contents(node.nid),
                            fmt::format("{}; the messages are found without it", error.what()));
        }
    }

    void take_unlisted(const Node& node) {
        const auto table = table_for(node.nid.type());
        if (table && node.parent.type() == NidType::NormalFolder && !is_listed(node.nid)) {
            survey_.by_contents[node.parent.with_type(*table)].unlisted.push_back(node.nid);
        }
    }

    std::vector<bool>& listed_of(Nid message) {
        return message.type() == NidType::AssociatedMessage ? associated_ : messages_;
    }
    void mark_listed(Nid message) {
        if (!table_for(message.type())) {
            return;
        }
        std::vector<bool>& listed = listed_of(message);
        if (message.index() >= listed.size()) {
            listed.resize(std::size_t{message.index()} + 1);
        }
        listed[message.index()] = true;
    }
    bool is_listed(Nid message) {
        const std::vector<bool>& listed = listed_of(message);
        return message.index() < listed.size() && listed[message.index()];
    }

    const StoreContext& context_;
    NodeSurvey survey_;
    std::vector<bool> messages_;    // in a table, by the index of the NID
    std::vector<bool> associated_;  // likewise
};

}  // namespace

const FolderContents& NodeSurvey::contents(Nid folder, NidType table) const {
    static const FolderContents kNothing;
    const auto found = by_contents.find(folder.with_type(table));
    return found != by_contents.end() ? found->second : kNothing;
}

std::string place_of_contents(Nid table) {
    return fmt::format("folder {}, {}contents table",
                       to_string(table.with_type(NidType::NormalFolder)),
                       table.type() == NidType::AssociatedContentsTable ? "associated " : "");
}

NodeSurvey survey_nodes(const StoreContext& context) {
    return Surveyor(context).run();
}

}  // namespace mbx::pst
