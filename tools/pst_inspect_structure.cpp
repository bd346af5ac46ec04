// nodes, blocks, dump: how a file is built, for those who write or mend PSTs.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "mapi/names.hpp"
#include "mapi/value_text.hpp"
#include "pst/check/property_rules.hpp"
#include "pst/check/table_rules.hpp"
#include "pst/check/tree_rules.hpp"
#include "pst/value_codec.hpp"
#include "pst_inspect.hpp"
#include "pst_inspect_structure.hpp"

namespace mbx::inspect {
namespace {

using cli::Json;
using pst::check::NodeReader;
using pst::ndb::Bid;
using pst::ndb::Nid;
using pst::ndb::NidType;

std::string_view name_of(NidType type) {
    switch (type) {
        case NidType::Hid:
            return "hid";
        case NidType::Internal:
            return "internal";
        case NidType::NormalFolder:
            return "folder";
        case NidType::SearchFolder:
            return "search-folder";
        case NidType::NormalMessage:
            return "message";
        case NidType::Attachment:
            return "attachment";
        case NidType::SearchUpdateQueue:
            return "search-update-queue";
        case NidType::SearchCriteriaObject:
            return "search-criteria";
        case NidType::AssociatedMessage:
            return "associated-message";
        case NidType::ContentsTableIndex:
            return "contents-table-index";
        case NidType::ReceiveFolderTable:
            return "receive-folder-table";
        case NidType::OutgoingQueueTable:
            return "outgoing-queue-table";
        case NidType::HierarchyTable:
            return "hierarchy-table";
        case NidType::ContentsTable:
            return "contents-table";
        case NidType::AssociatedContentsTable:
            return "associated-contents-table";
        case NidType::SearchContentsTable:
            return "search-contents-table";
        case NidType::AttachmentTable:
            return "attachment-table";
        case NidType::RecipientTable:
            return "recipient-table";
        case NidType::SearchTableIndex:
            return "search-table-index";
        case NidType::Ltp:
            return "ltp";
    }
    return "other";
}

class Nodes final : public StructureTool {
  public:
    Nodes()
        : StructureTool({.name = "nodes",
                         .summary = "list the nodes of the node B-tree",
                         .usage = {"[OPTION]... FILE"},
                         .examples = {{"all nodes", "pst-inspect nodes john.pst"}},
                         .notes =
                             "Columns: node, parent, block of its data, block of its subnodes, "
                             "bytes of data, type."}) {}

  protected:
    void show(const NodeReader& reader, pst::check::Reporter& /*reporter*/,
              cli::Output& output) override {
        for (const pst::check::NodeInfo& node : reader.index().nodes) {
            const auto size = reader.size(node.data);
            output.record(
                {{"nid", to_string(node.nid)},
                 {"parent", to_string(node.parent)},
                 {"data", to_string(node.data)},
                 {"subnodes", to_string(node.sub)},
                 {"size", size ? Json(*size) : Json()},
                 {"type", name_of(node.nid.type())}},
                fmt::format("{}  {}  {}  {}  {:>10}  {}", to_string(node.nid),
                            to_string(node.parent), to_string(node.data), to_string(node.sub),
                            size ? fmt::format("{}", *size) : "?", name_of(node.nid.type())));
        }
    }
};

class Blocks final : public StructureTool {
  public:
    Blocks()
        : StructureTool(
              {.name = "blocks",
               .summary = "list the blocks of the block B-tree",
               .usage = {"[OPTION]... FILE"},
               .examples = {{"all blocks", "pst-inspect blocks john.pst"}},
               .notes = "Columns: block, offset in the file, bytes of data, cRef, kind."}) {}

  protected:
    void show(const NodeReader& reader, pst::check::Reporter& /*reporter*/,
              cli::Output& output) override {
        for (const pst::check::BlockInfo& block : reader.index().blocks) {
            const std::string_view kind = Bid{block.bid}.is_internal() ? "internal" : "data";
            output.record({{"bid", to_string(Bid{block.bid})},
                           {"offset", block.offset()},
                           {"size", block.cb},
                           {"refs", block.cRef},
                           {"kind", kind}},
                          fmt::format("{}  {:>12}  {:>5}  {:>5}  {}", to_string(Bid{block.bid}),
                                      pst::check::hex(block.offset()), block.cb, block.cRef, kind));
        }
    }
};

class Dump final : public StructureTool {
  public:
    Dump()
        : StructureTool(
              {.name = "dump",
               .summary = "show what a node or subnode holds",
               .usage = {"[OPTION]... FILE NODE [SUBNODE]..."},
               .examples = {{"the message store", "pst-inspect dump john.pst 0x21"},
                            {"the recipient table of a message",
                             "pst-inspect dump john.pst 0x200024 0x692"},
                            {"the bytes themselves", "pst-inspect dump --raw john.pst 0x201"}},
               .notes = "Property contexts and tables are shown as such, other data as bytes."}) {}

  protected:
    void declare(cli::OptionSet& options) override {
        options.group("Dumping")
            .flag("raw", &raw_, "bytes in hex, whatever they are")
            .number("limit", &limit_, "BYTES", "show so much of a value (default: 200)");
    }

    void check(std::vector<std::string> operands) override {
        if (operands.size() < 2) {
            throw Error(ErrorCode::Usage, operands.empty() ? "FILE is missing" : "NODE is missing");
        }
        file_ = operands[0];
        for (std::size_t i = 1; i < operands.size(); ++i) {
            path_.push_back(parse_nid(operands[i]));
        }
    }

    void show(const NodeReader& reader, pst::check::Reporter& reporter,
              cli::Output& output) override {
        auto object = find(reader);
        if (!raw_ && !object.data().is_none()) {
            // What is neither a property context nor a table is no damage here.
            pst::check::Reporter silent([](const pst::check::Finding&) {});
            const auto heap = pst::check::Heap::open(reader, object.data(), object.place(), silent);
            if (heap &&
                heap->client() == static_cast<std::uint8_t>(pst::ltp::HeapClient::Properties)) {
                if (const auto context = pst::check::PropertyContext::open(object, reporter)) {
                    show_properties(*context, output);
                    show_subnodes(object, output);
                    return;
                }
            }
            if (heap && heap->client() == static_cast<std::uint8_t>(pst::ltp::HeapClient::Table)) {
                if (auto table = pst::check::Table::open(object, reporter)) {
                    show_table(*table, output);
                    show_subnodes(object, output);
                    return;
                }
            }
        }
        show_bytes(reader, object, output);
        show_subnodes(object, output);
    }

  private:
    pst::check::Object find(const NodeReader& reader) const {
        const auto missing = [](Nid nid) {
            return Error(ErrorCode::NoInput,
                         fmt::format("there is no node {}, or it cannot be read", to_string(nid)));
        };
        const pst::check::NodeInfo* node = reader.index().find(path_.front());
        auto object = node != nullptr ? pst::check::Object::open(reader, node->data, node->sub,
                                                                 pst::check::at_node(node->nid))
                                      : std::nullopt;
        if (!object) {
            throw missing(path_.front());
        }
        for (std::size_t i = 1; i < path_.size(); ++i) {
            const pst::check::Subnode* subnode = object->use(path_[i]);
            if (subnode == nullptr) {
                throw missing(path_[i]);
            }
            auto below = pst::check::Object::open(reader, subnode->data, subnode->sub,
                                                  object->place().below(subnode->nid));
            if (!below) {
                throw missing(path_[i]);
            }
            object = std::move(below);
        }
        return std::move(*object);
    }

    std::string value_text(mapi::PropertyType type, const std::optional<base::Bytes>& bytes) const {
        if (!bytes) {
            return "(cannot be read)";
        }
        const auto value = pst::decode_value(type, *bytes, 1252);
        return value ? mapi::to_text(value->type, value->value, limit_)
                     : mapi::to_text(mapi::PropertyType::Binary, *bytes, limit_);
    }

    void property(mapi::PropertyTag tag, const std::string& text, std::string_view indent,
                  cli::Output& output) const {
        const std::string_view name = mapi::name_of(tag);
        output.record(
            {{"tag", fmt::format("0x{:08X}", tag.value())}, {"name", name}, {"value", text}},
            fmt::format("{}{:08X} {}{}= {}", indent, tag.value(), name, name.empty() ? "" : " ",
                        text));
    }

    void show_properties(const pst::check::PropertyContext& context, cli::Output& output) const {
        for (const auto& [id, value] : context.values()) {
            property({id, value.type}, value_text(value.type, context.bytes(value)), "", output);
        }
    }

    void show_table(pst::check::Table& table, cli::Output& output) const {
        for (const pst::check::Column& column : table.columns()) {
            output.record({{"column", fmt::format("0x{:08X}", column.tag.value())},
                           {"name", mapi::name_of(column.tag)},
                           {"offset", column.offset},
                           {"bit", column.bit}},
                          fmt::format("column {:08X} {} at {}, bit {}", column.tag.value(),
                                      mapi::name_of(column.tag), column.offset, column.bit));
        }
        for (std::size_t i = 0; i < table.rows(); ++i) {
            const auto row = table.row(i);
            if (!row) {
                continue;
            }
            const base::Bytes bytes = base::to_bytes(*row);
            output.record({{"row", i}, {"id", table.row_id(bytes)}}, fmt::format("row {}", i));
            for (const pst::check::Column& column : table.columns()) {
                if (pst::check::Table::is_present(bytes, table, column)) {
                    property(column.tag, value_text(column.tag.type, table.cell(bytes, column)),
                             "  ", output);
                }
            }
        }
    }

    static void show_subnodes(const pst::check::Object& object, cli::Output& output) {
        for (const pst::check::Subnode& subnode : object.subnodes()) {
            const auto size = object.reader().size(subnode.data).value_or(0);
            output.record({{"subnode", to_string(subnode.nid)},
                           {"data", to_string(subnode.data)},
                           {"subnodes", to_string(subnode.sub)},
                           {"size", size},
                           {"type", name_of(subnode.nid.type())}},
                          fmt::format("subnode {}  {} bytes  {}", to_string(subnode.nid), size,
                                      name_of(subnode.nid.type())));
        }
    }

    /// 16 bytes a line: offset, hex, ASCII.
    static void show_bytes(const NodeReader& reader, const pst::check::Object& object,
                           cli::Output& output) {
        constexpr std::size_t kPerLine = 16;
        const auto blocks = reader.blocks(object.data());
        if (!blocks) {
            throw Error(ErrorCode::BadData, "a block of its data is damaged");
        }
        std::uint64_t offset = 0;
        for (const pst::check::BlockInfo* block : blocks->blocks) {
            const auto bytes = reader.read(*block);
            for (std::size_t at = 0; bytes && at < bytes->size(); at += kPerLine) {
                const auto line =
                    base::ByteView(*bytes).subspan(at, std::min(kPerLine, bytes->size() - at));
                std::string hex;
                std::string ascii;
                for (const std::byte b : line) {
                    const auto value = std::to_integer<unsigned char>(b);
                    hex += fmt::format("{:02x} ", value);
                    ascii += value >= 0x20 && value < 0x7F ? static_cast<char>(value) : '.';
                }
                output.record({{"offset", offset}, {"bytes", base::trim(hex)}},
                              fmt::format("{:08x}  {:<48} {}", offset, hex, ascii));
                offset += line.size();
            }
        }
    }

    std::vector<Nid> path_;
    bool raw_ = false;
    std::size_t limit_ = 200;
};

}  // namespace

ExitCode StructureTool::run(cli::Context& context) {
    const pst::check::Image image(file_);
    pst::check::Reporter reporter([&](const pst::check::Finding& finding) {
        if (finding.severity == pst::check::Severity::Error) {
            context.console.warning(fmt::format("{}: {}", pst::check::to_string(finding.place),
                                                pst::check::message_of(finding)));
        }
    });
    const pst::check::Index index = pst::check::walk_trees(image, reporter);
    show(NodeReader(image, index), reporter, context.output);
    return ExitCode::Ok;
}

std::unique_ptr<cli::Tool> make_nodes() {
    return std::make_unique<Nodes>();
}
std::unique_ptr<cli::Tool> make_blocks() {
    return std::make_unique<Blocks>();
}
std::unique_ptr<cli::Tool> make_dump() {
    return std::make_unique<Dump>();
}
}  // namespace mbx::inspect
