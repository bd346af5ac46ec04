// Prints what pst-extractor finds below "Top of Outlook data file", in the format of list_pst.
// usage: NODE_PATH=.../node_modules node read_with_pst_extractor.js FILE.pst

const crypto = require('crypto');
const { PSTFile } = require('pst-extractor');

const BY_VALUE = 1;

function digest(attachment) {
    const hash = crypto.createHash('sha256');
    const stream = attachment.fileInputStream;
    const buffer = Buffer.alloc(8176);
    let count = 0;
    do {
        count = stream.read(buffer);
        hash.update(buffer.subarray(0, Math.max(count, 0)));
    } while (count === buffer.length);
    return hash.digest('hex');
}

function oneLine(text) {
    return text.replace(/[\u0000-\u001f]/g, '_');
}

function listAttachments(message, path) {
    for (let i = 0; i < message.numberOfAttachments; ++i) {
        const attachment = message.getAttachment(i);
        if (attachment.attachMethod === BY_VALUE) {
            console.log(`attachment\t${path}\t${digest(attachment)}`);
        }
    }
}

function walk(folder, path) {
    let messages = 0;
    for (let item = folder.getNextChild(); item !== null; item = folder.getNextChild()) {
        ++messages;
        console.log(`message\t${path}\t${oneLine(item.subject)}`);
        listAttachments(item, path);
    }
    console.log(`folder\t${path}\t${messages}`);
    walkFolders(folder, `${path}/`);
}

function walkFolders(folder, before) {
    // A search folder has no table of folders; pst-extractor throws when it is asked for one.
    if (folder.hasSubfolders) {
        folder.getSubFolders().forEach(child => walk(child, before + oneLine(child.displayName).replace(/\//g, '_')));
    }
}

const top = new PSTFile(process.argv[2]).getRootFolder().getSubFolders()
    .find(folder => folder.displayName === 'Top of Outlook data file');
walkFolders(top, '');
