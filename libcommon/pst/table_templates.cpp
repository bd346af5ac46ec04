#include "pst/table_templates.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace mbx::pst {
namespace {

using mapi::PropertyTag;

// Full tags as Outlook's own files have them, types included: SCANPST compares all 32 bits. Three
// differ from the tables in [MS-PST]: 0x0E30 is Binary, 0x3613 is String, 0x3013 is there.

constexpr std::uint32_t kHierarchyColumns[] = {
    0x67F20003, 0x67F30003, 0x3001001F, 0x36020003, 0x36030003, 0x360A000B, 0x0E300102,
    0x0E330014, 0x0E340102, 0x0E380003, 0x3613001F, 0x66350003, 0x66360003};
constexpr std::uint32_t kContentsColumns[] = {
    0x67F20003, 0x67F30003, 0x0E170003, 0x001A001F, 0x0E070003, 0x00170003, 0x0042001F,
    0x0037001F, 0x0E060040, 0x00390040, 0x0E080003, 0x0E04001F, 0x0E03001F, 0x0057000B,
    0x0058000B, 0x00360003, 0x10970003, 0x0070001F, 0x00710102, 0x30130102, 0x65C60003,
    0x30080040, 0x0E300102, 0x0E330014, 0x0E340102, 0x0E3D0102, 0x0E3C0102, 0x0E380003};
constexpr std::uint32_t kAssociatedColumns[] = {
    0x67F20003, 0x67F30003, 0x0E170003, 0x001A001F, 0x0E070003, 0x3001001F, 0x70030003, 0x70040102,
    0x70050102, 0x7006001F, 0x70070003, 0x6800001F, 0x6803000B, 0x68051003, 0x682F001F};
constexpr std::uint32_t kSearchContentsColumns[] = {
    0x67F20003, 0x67F30003, 0x67F10003, 0x0E05001F, 0x0E170003, 0x001A001F, 0x0E070003,
    0x00170003, 0x0042001F, 0x0037001F, 0x0E060040, 0x0E080003, 0x0E04001F, 0x0E03001F,
    0x0057000B, 0x0058000B, 0x00360003, 0x0E2A000B, 0x30080040};
constexpr std::uint32_t kReceiveFolderColumns[] = {0x67F20003, 0x67F30003, 0x66050003, 0x001A001F};
constexpr std::uint32_t kOutgoingQueueColumns[] = {0x67F20003, 0x67F30003, 0x0E140003, 0x0E100003,
                                                   0x00390040};
constexpr std::uint32_t kAttachmentColumns[] = {0x67F20003, 0x67F30003, 0x370B0003,
                                                0x0E200003, 0x37050003, 0x3704001F};
// What the attachment table of a message has beyond its template, in all files of Outlook: MAPI
// clients ask the table, not the attachment, for names, content ids and what is hidden.
constexpr PropertyTag kMoreAttachmentColumns[] = {
    PropertyTag::from_value(0x37140003), PropertyTag::from_value(0x370A0102),
    PropertyTag::from_value(0x370D001F), PropertyTag::from_value(0x3708001F),
    PropertyTag::from_value(0x3707001F), PropertyTag::from_value(0x3703001F),
    PropertyTag::from_value(0x3001001F), PropertyTag::from_value(0x370F0102),
    PropertyTag::from_value(0x3711001F), PropertyTag::from_value(0x3713001F),
    PropertyTag::from_value(0x3712001F), PropertyTag::from_value(0x370E001F),
    PropertyTag::from_value(0x69090003), PropertyTag::from_value(0x7FFD0003),
    PropertyTag::from_value(0x7FFB0040), PropertyTag::from_value(0x7FFC0040),
    PropertyTag::from_value(0x7FFA0003), PropertyTag::from_value(0x7FFE000B),
    PropertyTag::from_value(0x7FFF000B), PropertyTag::from_value(0x7FF90040),
    PropertyTag::from_value(0x3719001F), PropertyTag::from_value(0x371A001F)};
constexpr std::uint32_t kRecipientColumns[] = {
    0x67F20003, 0x67F30003, 0x0E0F000B, 0x3002001F, 0x3003001F, 0x0FFF0102, 0x3001001F,
    0x0C150003, 0x300B0102, 0x0FF90102, 0x0FFE0003, 0x39000003, 0x3A40000B, 0x39FF001F};
constexpr std::uint32_t kChangeColumns[] = {0x67F20003, 0x67F30003, 0x0E330014, 0x0E370102,
                                            0x0E380003};
constexpr std::uint32_t kReplicaColumns[] = {0x67F20003, 0x67F30003, 0x0E3E0102,
                                             0x0E310102, 0x0E300102, 0x0E380003,
                                             0x0E340102, 0x0E330014, 0x001A001F};
constexpr std::uint32_t kCreationColumns[] = {0x67F20003, 0x67F30003, 0x30070040, 0x0E330014};

constexpr TableTemplate kTemplates[] = {
    {ndb::kNidHierarchyTableTemplate, kHierarchyColumns},
    {ndb::kNidContentsTableTemplate, kContentsColumns},
    {ndb::kNidAssociatedContentsTableTemplate, kAssociatedColumns},
    {ndb::kNidSearchContentsTableTemplate, kSearchContentsColumns},
    {ndb::kNidReceiveFolderTable, kReceiveFolderColumns},
    {ndb::kNidOutgoingQueueTable, kOutgoingQueueColumns},
    {ndb::kNidAttachmentTable, kAttachmentColumns},
    {ndb::kNidRecipientTable, kRecipientColumns},
    {kNidChangeTableTemplate, kChangeColumns},
    {kNidReplicaTableTemplate, kReplicaColumns},
    {kNidCreationTableTemplate, kCreationColumns},
};

}  // namespace

std::span<const TableTemplate> table_templates() {
    return kTemplates;
}

ltp::TableLayout layout_of(ndb::Nid nid, std::span<const mapi::PropertyTag> others) {
    const auto* const found =
        std::find_if(std::begin(kTemplates), std::end(kTemplates),
                     [=](const TableTemplate& candidate) { return candidate.nid == nid; });
    assert(found != std::end(kTemplates));
    std::vector<mapi::PropertyTag> columns;
    std::transform(found->columns.begin(), found->columns.end(), std::back_inserter(columns),
                   mapi::PropertyTag::from_value);
    columns.insert(columns.end(), others.begin(), others.end());
    return ltp::TableLayout(columns);
}

const ltp::TableLayout& message_row_layout(bool associated) {
    static const ltp::TableLayout ordinary = layout_of(ndb::kNidContentsTableTemplate);
    static const ltp::TableLayout hidden = layout_of(ndb::kNidAssociatedContentsTableTemplate);
    return associated ? hidden : ordinary;
}

const ltp::TableLayout& attachment_row_layout() {
    static const ltp::TableLayout layout =
        layout_of(ndb::kNidAttachmentTable, kMoreAttachmentColumns);
    return layout;
}

}  // namespace mbx::pst
