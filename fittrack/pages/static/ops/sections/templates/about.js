/** A template, as `parts/others.js` tells things apart. */
export const aboutOf = ({ template_id: id }) => ({ type: "drawing_template", id });

/** A template as it was read is what a change is about: the API refuses it of any other. */
export const asRead = (etag) => ({ headers: { "If-Match": etag } });
