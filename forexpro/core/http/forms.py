from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Render forms and fields with the templates of the design system, errors beside their field."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
