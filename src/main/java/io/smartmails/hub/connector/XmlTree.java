// SPDX-License-Identifier: Apache-2.0
package io.smartmails.hub.connector;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * XML as the same kind of tree that JSON gives: child elements are members by local name, attributes are members with an
 * {@code @} in front, a repeated element is a list, {@code xsi:nil} is null, {@code xsi:type} loses its prefix. The root
 * element itself has no name in pointers. DOCTYPE, entities and outside references are refused.
 */
final class XmlTree {
    private static final String INSTANCE = XMLConstants.W3C_XML_SCHEMA_INSTANCE_NS_URI;

    /** Far above any vendor's message; a deeper one is made to exhaust the stack. */
    private static final String MAX_DEPTH = "64";

    private XmlTree() {}

    static Element parse(byte[] body) throws Payload.Unreadable {
        try {
            var factory = DocumentBuilderFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setAttribute("jdk.xml.maxElementDepth", MAX_DEPTH);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Refuse());
            return builder.parse(new ByteArrayInputStream(body)).getDocumentElement();
        } catch (SAXParseException e) {
            throw new Payload.Unreadable("the body is not acceptable XML (line " + e.getLineNumber() + ", column "
                    + e.getColumnNumber() + "; a DOCTYPE is never accepted)");
        } catch (SAXException | IOException e) {
            throw new Payload.Unreadable("the body is not acceptable XML");
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("this Java runtime has no safe XML parser", e);
        }
    }

    static ObjectNode of(Element element) {
        var tree = JsonNodeFactory.instance.objectNode();
        var attributes = element.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            var attribute = attributes.item(i);
            if (!XMLConstants.XMLNS_ATTRIBUTE_NS_URI.equals(attribute.getNamespaceURI())) {
                var value = attribute.getNodeValue();
                var isType = INSTANCE.equals(attribute.getNamespaceURI()) && "type".equals(attribute.getLocalName());
                tree.put("@" + attribute.getLocalName(), isType ? value.substring(value.indexOf(':') + 1) : value);
            }
        }
        for (var child : children(element)) {
            add(tree, child);
        }
        return tree;
    }

    private static void add(ObjectNode tree, Element child) {
        var factory = JsonNodeFactory.instance;
        var name = child.getLocalName();
        var value = "true".equals(child.getAttributeNS(INSTANCE, "nil"))
                ? factory.nullNode()
                : children(child).isEmpty() ? factory.textNode(child.getTextContent()) : of(child);
        var present = tree.get(name);
        if (present == null) {
            tree.set(name, value);
        } else if (present instanceof ArrayNode list) {
            list.add(value);
        } else {
            tree.putArray(name).add(present).add(value);
        }
    }

    static List<Element> children(Element element) {
        var children = new ArrayList<Element>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element child) {
                children.add(child);
            }
        }
        return children;
    }

    /**
     * Changes the text of the first element at a pointer.
     *
     * @throws IllegalArgumentException when there is none
     */
    static void set(Element root, Pointer pointer, String value) {
        var element = root;
        for (var step : pointer.steps()) {
            element = children(element).stream()
                    .filter(child -> step.equals(child.getLocalName()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the sample has nothing at " + pointer));
        }
        element.setTextContent(value);
    }

    /** The element as a document of its own, namespaces included. */
    static byte[] bytes(Element element) {
        try {
            var out = new ByteArrayOutputStream();
            TransformerFactory.newDefaultInstance()
                    .newTransformer()
                    .transform(new DOMSource(element), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IllegalStateException("an element that was parsed cannot be written", e);
        }
    }

    /** Without a handler of its own the parser prints to standard error. */
    private static final class Refuse implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {
            // a warning changes nothing about what was read
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
